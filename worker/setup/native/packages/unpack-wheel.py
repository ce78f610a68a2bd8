"""unpack-wheel.py WHEEL DEPS: takes TensorFlow's libraries and C headers, and nothing else, out of a wheel."""

import os
import re
import shutil
import sys
import zipfile

LIBRARY = re.compile(r"tensorflow/(libtensorflow_(?:cc|framework)\.so\.2)")
# What c_api.h and eager/c_api.h include, directly or not.
HEADER = re.compile(r"tensorflow/include/((?:tensorflow/c/|tensorflow/core/platform/ctstring|(?:xla/|tensorflow/)?tsl/).*\.h)")


def main(wheel, deps):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            library, header = LIBRARY.fullmatch(name), HEADER.fullmatch(name)
            if library:
                target = os.path.join(deps, "lib", library[1])
            elif header:
                target = os.path.join(deps, "include", header[1])
            else:
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)


main(*sys.argv[1:])
