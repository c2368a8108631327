"""same.py ARCHIVE ARCHIVE: whether two images, as `docker save` or docker/oci writes them, hold the same files (kinds, modes, owners,
targets, contents) and settings; what differs is printed. Times are those of whoever built them."""

import io
import json
import sys
import tarfile

from contents import layers_of, listing

SETTINGS = ('Cmd', 'Entrypoint', 'Env', 'Labels', 'User', 'Volumes', 'WorkingDir', 'ExposedPorts', 'StopSignal', 'Healthcheck')


def contents(layers):
    found = {}
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer)) as files:
            found.update({'/' + f.name: files.extractfile(f).read() for f in files if f.isfile()})
    return found


def settings(path):
    with tarfile.open(path) as image:
        manifest = json.load(image.extractfile('manifest.json'))[0]
        config = json.load(image.extractfile(manifest['Config']))
    return dict({name: config['config'].get(name) or None for name in SETTINGS}, architecture=config['architecture'], os=config['os'])


def facts(path):
    layers = layers_of(path)
    return {**settings(path), **contents(layers), **{line: '' for line in listing(layers)}}


one, other = facts(sys.argv[1]), facts(sys.argv[2])
different = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
for fact in different:
    print(fact, *((str(side.get(fact))[:200] for side in (one, other))), sep='\n    ')
sys.exit(bool(different))
