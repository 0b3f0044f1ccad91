"""The catalogue of command lines, and the files that they read.

``< NAME`` at the end of a line makes a file the standard input, as in a shell.
"""

import json
import shlex
from collections.abc import Iterator

_WHOLE = {
    "architecture": {"preset": "resnet18", "num_classes": 10, "resolution": [64, 96]},
    "batch": 4,
    "dtype": "float16",
}
_STAGES = {
    "family": "custom",
    "stages": [{"block": "basic", "width": 16}, {"block": "mbconv", "width": 32, "depth": 2}],
}

FILES: dict[str, bytes] = {
    "architecture.json": b'{"preset": "resnet18"}',
    "request.json": json.dumps(_WHOLE).encode(),
    "resnext.json": b'{"family": "resnext", "depth": 26}',
    "stages.json": json.dumps(_STAGES).encode(),
    "list.json": b"[]",
    "number.json": b'{"architecture": 7}',
    "two.json": b"{} {}",
    "binary.json": b"\xff",
    "twice.json": b'{"preset": "resnet18", "preset": "resnet34"}',
}

SERVE = "serve --host 127.0.0.1 --port {port} --workers 1 --database-url sqlite:///served.db"

_NAMES = (
    "analyze", "memory", "train", "largest-batch", "scale", "scale-fast", "scale-search",
    "sensitivity", "cliffs", "schedule", "fit", "sample", "iso-cost", "cardinality", "conventions",
    "families", "formulas", "presets", "devices", "roofline", "receptive-field", "verify", "audit",
    "code", "serve",
)  # fmt: skip

_SPEC = "--spec architecture.json --set num_classes=10 --resolution 64x96 --batch 2 --dtype float16"
"""Every option that describes a network and its input."""

_NETWORKS = ("resnet50", "efficientnet_b0 --batch 8 --dtype float16", "vit_tiny_patch16_224",
             "swin_tiny_patch4_window7_224", "inception_v3_aux", "custom_resnet50")  # fmt: skip

_ANSWERED = """\
analyze resnet18 --format table
analyze resnet18 --format json
analyze resnet18 --format csv
analyze resnet18 --format markdown
analyze resnet50 --set width_multiplier=2 --set attention=eca --resolution 288 --format json
analyze custom_resnet50 --set stages.3.block=mbconv --set stages.3.expansion=4
analyze --spec stages.json --set stages.1.depth=3 --format json
analyze --set family=vgg --set num_classes=5 --set num_classes=7
analyze resnet50 --set depth=3,4,23,3 --set 'stem="deep"'
memory resnet18
memory resnet18 --timeline
memory resnet18 --format json
train resnet18
train resnet18 --optimizer adamw --master-weights --freeze stage1 --checkpoint block
train resnet18 --plans
train resnet18 --kept
train resnet18 --layers
train resnet18 --timeline
train resnet18 --format json
train resnet18 --plans --checkpoint stage --format json
train resnet18 --kept --optimizer adam --format json
train resnet18 --layers --freeze batch_norm --format json
train resnet18 --timeline --checkpoint stage1.basic1,stage2 --format json
largest-batch resnet18 --bytes 16GB
largest-batch resnet18 --bytes 24GiB --training --optimizer momentum --format json
largest-batch resnet18 --bytes 8g --training --master-weights --freeze stage1 --checkpoint block
largest-batch --spec architecture.json --set num_classes=10 --resolution 96 --dtype float16 \
--bytes 0.5gb
largest-batch resnet18 --bytes 1kB
scale efficientnet_b0
scale resnet18 --curve width --curve compound --alpha 1.3 --beta 1.05 --gamma 1.1 --from -1 \
--to 1 --points 3
scale efficientnet_b0 --overlay --points 2 --format json
scale regnety_040 --curve depth --points 2 --total macs --total roofline_seconds --device h100 \
--step 16 --depth-rounding nearest --format json
scale-fast regnety_040 --by 4
scale-fast regnety_040 --strategy dWr --strategy w --alpha 0.7 --by 2 --by 4 --group-width fixed \
--aim counted --step 8 --depth-rounding up --format json
scale-search resnet18 --grid 0.2 --tolerance 0.2
scale-search resnet18 --grid 0.2 --target 1.8 --tolerance 0.2 --counted --least activations \
--most macs --total params --total roofline_seconds --device a100 --step 8 \
--depth-rounding up --format json
sensitivity resnet18
sensitivity efficientnet_b0 --knob widths --knob depth_multiplier --total macs \
--total roofline_seconds --device l4 --format json
cliffs resnet18
cliffs resnet18 --low 60 --high 70 --total macs --total activations --format json
schedule resnet18 --stage 3@96 --stage 2@128
schedule resnet18 --stage 3@96 --images 1000 --format json
schedule resnet18 --first 96 --last 224 --stages 3 --epochs 90 --images 50000
schedule --spec architecture.json --set num_classes=10 --first 96 --last 224 --format json
fit regnetx_002 --knob depth=10:12 --knob group_width=8,16 --max macs=200M
fit regnetx_002 --knob depth=10:12 --max macs=200M --min params=1e6 --max training_bytes@16=9G \
--most params --count 2 --max-specs 3 --seed 5 --format json
fit resnet18 mobilenetv2_100 --knob width_multiplier=0.5,1 --min macs=250M --least params
fit resnet18 --knob depth=18,34 --max roofline_seconds=1 --device h100 --batch 2 --dtype float16 \
--least roofline_seconds --format json
fit custom_regnety_4gf --knob stages.0.width=48,64 --knob stages.1.width=32:128:32 \
--increasing 'stages.*.width' --max macs=5G
fit resnet18 --knob depth=18,34 --max params=1k
sample regnetx_002 --knob depth=8:14 --knob wa=8~40 --count 5 --total macs --total params
sample regnetx_002 --knob depth=8:14 --knob width_multiplier=0.5~2/9 --max macs=1G --min params=1M \
--count 4 --max-draws 50 --listed 2 --seed 3 --total roofline_seconds --device t4 --format json
sample custom_regnety_4gf --knob 'stages.*.group_width=8,16' --knob stages.0.width=32:128:16 \
--increasing 'stages.*.width' --count 3
iso-cost resnet18
iso-cost regnetx_002 --depth depth=8:14 --width width_multiplier=0.5:2/7 --total params \
--wanted 3e6 --tolerance 0.2 --format json
iso-cost resnet18 --depth depth=18,34 --width width_multiplier=0.5:1/5 --total roofline_seconds \
--device h100
cardinality resnext50_1x64d --to 2,32
cardinality resnext50_1x64d --keep macs --part stage1.bottleneck2 --format json
conventions resnet18
conventions resnet18 --tool thop
conventions resnet18 --tool flop_counter_backward --format json
families
families --format json
families --format markdown
presets
presets --family resnet
presets --family swin --format json
formulas
formulas --format json
formulas resnet18
formulas resnet18 --symbols N,H=W,num_classes --format json
formulas resnet18 --symbols N --format python
formulas resnet18 --symbols N --format latex
formulas --block conv --set K=3 --set s=1 --dtype float16
formulas --block mbconv --format python
formulas --block mbconv --format latex
formulas --block swin_block --format json
devices
devices --format json
roofline resnet18 --device h100
roofline resnet18 --device a100 --no-fused --no-tf32 --layers 3
roofline resnet18 --flops-per-s 1e13 --bytes-per-s 1e12 --format json
roofline resnet18 --device l4 --fused --tf32 --flops-per-s 1e14 --layers 0
receptive-field resnet18
receptive-field resnet18 --layers
receptive-field --spec architecture.json --set num_classes=10 --resolution 96 --format json
verify --family vgg
verify --verdict unexplained
verify --family resnet --verdict explained --format json
audit resnet18
code resnet18
code --spec architecture.json --set num_classes=10 --resolution 64x96 --batch 2
"""

_REFUSED = """\
compose
analyze
analyze resnt50
analyze resnet50 --batch 0
analyze resnet50 --batch many
analyze resnet50 --dtype int3
analyze resnet50 --format xml
analyze resnet50 --resolution big
analyze resnet50 --resolution 9999999
analyze resnet50 --set depth
analyze resnet50 --set dpeth=1
analyze resnet50 --set width_multiplier=NaN
analyze resnet50 --set depth=[2048,2048,2048,2048]
analyze resnet50 --set depth=[1
analyze --spec stages.json --set stages.7.depth=3
analyze resnet50 --spec -
analyze --spec nowhere.json
analyze --spec .
analyze --spec list.json
analyze --spec -
analyze --spec - < number.json
analyze --spec - < two.json
analyze --spec - < binary.json
analyze --spec - < twice.json
analyze resnet50 --colour
analyze resnet50 resnet18
memory resnt18
train resnet18 --plans --kept
train resnet18 --optimizer lion
train resnet18 --freeze stage9 --checkpoint stage9
largest-batch resnet18
largest-batch resnet18 --bytes 16XB
scale resnet18 --curve width --alpha 1.5
scale resnet18 --from 2 --to 1
scale resnet18 --total cost
scale resnet18 --total roofline_seconds
scale-fast resnet18 --strategy w --alpha 0.5
scale-search resnet18 --grid 0
sensitivity resnet18 --knob dpeth
cliffs resnet18 --low 300 --high 200
schedule resnet18
schedule resnet18 --stage 30
fit resnet18
fit resnet18 --max macs=6x
fit resnet18 --knob depth --max macs=6G
fit resnet18 --knob depth=18 --knob depth=34 --max macs=6G
fit resnet18 --max macs=6G --most macs --least params
sample resnet18
iso-cost resnet18 --depth depth
cardinality resnet18 --to 2
conventions resnet18 --tool abacus
presets --family resnt
formulas --block botleneck
formulas --block bottleneck --batch 2
formulas --block bottleneck --set K
formulas resnet18 --symbols N,,H
roofline resnet18
roofline resnet18 --device h1oo
roofline resnet18 --device h100 --layers -1
verify --family resnt
verify --verdict wrong
audit resnt18
code resnt18
serve --port 70000
serve --port many
serve --workers 0
serve --host 256.256.256.256 --port 9
serve --database-url nonsense
"""


def _commands() -> Iterator[str]:
    yield ""
    yield "--help"
    yield from (f"{name} --help" for name in _NAMES)
    yield from (f"analyze {network}" for network in _NETWORKS)
    for name in ("analyze", "memory", "train", "conventions", "sensitivity", "cliffs",
                 "scale --points 2", "scale-fast --by 2", "scale-search --grid 0.2",
                 "roofline --device h100", "formulas", "audit --format json",
                 "fit --knob depth=18,34 --max macs=9G", "sample --knob depth=18,34 --count 2",
                 "iso-cost --depth depth=18,34 --tolerance 0.3"):  # fmt: skip
        yield f"{name} {_SPEC}"
    yield "cardinality --spec resnext.json --set num_classes=10 --resolution 64"
    for name in ("analyze --format json", "train", "scale --points 2", "code"):
        yield f"{name} --spec request.json"
        yield f"{name} --spec - < request.json"
    yield from _ANSWERED.splitlines()
    yield from _REFUSED.splitlines()


COMMANDS: tuple[str, ...] = tuple(_commands())
"""Every command with every option, and what each refuses."""


def arguments(line: str) -> list[str]:
    """A line as the shell splits it."""
    return shlex.split(line)
