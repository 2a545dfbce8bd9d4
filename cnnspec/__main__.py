"""``python -m cnnspec``."""

import sys

from .cli.main import main

sys.exit(main())
