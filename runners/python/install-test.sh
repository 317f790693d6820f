#!/usr/bin/env bash
# Makes .python-runner/ in the repository, the Python that the runner's tests use, unless it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted() { cat runners/python/requirements-test.txt runners/python/requirements-torch.txt runners/python/tests/install_torch.py; }

if ! cmp -s <(wanted) .python-runner/installed; then
  python3 -m venv --clear .python-runner
  .python-runner/bin/pip install --quiet --disable-pip-version-check -r runners/python/requirements-test.txt
  .python-runner/bin/python runners/python/tests/install_torch.py
  wanted > .python-runner/installed
fi
