"""Runs models for a ProbeLog server: docs/runners.md describes the protocol."""

__version__ = "0.1.0"
