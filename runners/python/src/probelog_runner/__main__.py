import sys

from probelog_runner.cli import main

sys.exit(main())
