"""contents.py FILE: what an image holds, from a `docker save` archive; one line a file: MODE UID:GID PATH."""

import io
import json
import stat
import sys
import tarfile

KINDS = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK}

with tarfile.open(sys.argv[1]) as image:
    manifest = json.load(image.extractfile('manifest.json'))[0]
    found = {}
    for layer in manifest['Layers']:
        with tarfile.open(fileobj=io.BytesIO(image.extractfile(layer).read())) as files:
            for f in files:
                mode = stat.filemode(f.mode | KINDS.get(f.type, stat.S_IFREG))
                found['/' + f.name.strip('/')] = f'{mode} {f.uid}:{f.gid}'
for name in sorted(found):
    print(found[name], name)
