#!/usr/bin/env python3
"""Writes thing-1.0-py3-none-any.whl, a package with a program `thing`, into FOLDER: it needs no index."""
import os
import sys
import zipfile

FILES = {
    "thing.py": "import sys\n\n\ndef main():\n    print(\"a thing says\", *sys.argv[1:])\n",
    "thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
    "thing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "thing-1.0.dist-info/entry_points.txt": "[console_scripts]\nthing = thing:main\n",
}


def main():
    with zipfile.ZipFile(os.path.join(sys.argv[1], "thing-1.0-py3-none-any.whl"), "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr(name, text)
        wheel.writestr("thing-1.0.dist-info/RECORD", "".join(name + ",,\n" for name in (*FILES, "thing-1.0.dist-info/RECORD")))


if __name__ == "__main__":
    main()
