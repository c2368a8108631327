"""contents.py FILE: what an image holds, from a `docker save` archive; one line a file: MODE UID:GID PATH, and of a link its target."""

import io
import json
import stat
import sys
import tarfile

KINDS = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK}


def listing(layers):
    """Lines of what these archives hold, one upon the other."""
    found = {}
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer)) as files:
            for f in files:
                name, mode = '/' + f.name.strip('/'), stat.filemode(f.mode | KINDS.get(f.type, stat.S_IFREG))
                found[name] = f'{mode} {f.uid}:{f.gid} {name}' + (f' -> {f.linkname}' if f.issym() else '')
    return [found[name] for name in sorted(found)]


def layers_of(path):
    with tarfile.open(path) as image:
        manifest = json.load(image.extractfile('manifest.json'))[0]
        return [image.extractfile(layer).read() for layer in manifest['Layers']]


if __name__ == '__main__':
    print(*listing(layers_of(sys.argv[1])), sep='\n')
