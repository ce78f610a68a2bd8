"""Everything a trainer needs to work under Espalier's contract, version 1. Copy this one file; it needs no packages.

    trainer = Trainer()                      # reads the config file that ESPALIER_CONFIG names
    rows = trainer.rows("rows")              # a table that arrives as jsonl
    state = trainer.load_checkpoint()        # None, or what save_checkpoint was given last
    trainer.progress(step, steps, loss)      # one line on standard output
    if trainer.stopping: ...                 # SIGTERM came: save a checkpoint and call trainer.stop()
    trainer.write_weights("model", {"w": ([2], [0.5, 1.5])})
    trainer.write_rows("losses", [{"step": 1, "loss": 0.7}])
"""

import json
import math
import os
import signal
import struct
import sys
import threading
from array import array

CONTRACT = 1

# The exit code that a process ended by SIGTERM has in a shell: the engine reads it as `preempted`.
STOPPED = 143


class Trainer:
    def __init__(self):
        path = os.environ.get("ESPALIER_CONFIG")
        if path is None:
            sys.exit("ESPALIER_CONFIG is not set: this program is started by `espalier run`")
        with open(path, encoding="utf-8") as file:
            self.config = json.load(file)
        if self.config["contract"] != CONTRACT:
            sys.exit(f"this module speaks contract {CONTRACT}, the engine {self.config['contract']}: copy its newer one")
        self.parameters = self.config["parameters"]
        self.seeds = self.config["seeds"]
        self.attempt = self.config["attempt"]
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        threading.Thread(target=self._watch, daemon=True).start()

    def _stop(self, number, frame):
        self.stopping = True

    def _watch(self):
        # The engine holds our standard input open for as long as it lives. A trainer that nobody waits for stops itself.
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self):
        """Ends the program after SIGTERM, its checkpoint saved."""
        sys.stdout.flush()
        os._exit(STOPPED)

    # What the engine is told: JSON lines on standard output.

    def report(self, **fields):
        """Says world_size and effective_batch, so that they can be held against the study."""
        # JSON has no NaN; a loss that is not finite is told all the same, and ends the attempt as `diverged`.
        print(json.dumps(fields), flush=True)

    def progress(self, step, steps, loss=None, checkpoint=None):
        fields = {"step": step, "steps": steps, "loss": loss, "checkpoint": checkpoint}
        self.report(**{name: value for name, value in fields.items() if value is not None})

    # Inputs.

    def input(self, port):
        """The path of the file or folder at a port that holds one artifact."""
        return self.config["inputs"][port]["path"]

    def rows(self, port):
        """The rows of a table, each a dict. The study must say `formats: { PORT: jsonl }`."""
        found = self.config["inputs"][port]
        if found.get("format") != "jsonl":
            raise ValueError(f"`{port}` arrives as {found.get('format')}: add `formats: {{ {port}: jsonl }}` to the step")
        with open(found["path"], encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def weights(self, port):
        """F32 tensors by name, each (shape, array of floats), and the file's metadata."""
        return read_safetensors(self.input(port))

    # Checkpoints: a JSON value, written whole or not at all.

    def checkpoint_path(self, name="state.json"):
        """A path in the folder that is kept across attempts, for checkpoints in formats of your own."""
        return os.path.join(self.config["checkpoints"], name)

    def save_checkpoint(self, state):
        write_atomically(self.checkpoint_path(), json.dumps(state).encode("utf-8"))

    def load_checkpoint(self):
        try:
            with open(self.checkpoint_path(), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    # Outputs.

    def output(self, port):
        """Where the artifact of a port is to be written."""
        return self.config["outputs"][port]["path"]

    def write_rows(self, port, rows):
        """A table; the study must declare it with `format: jsonl`."""
        lines = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
        write_atomically(self.output(port), lines.encode("utf-8"))

    def write_json(self, port, value):
        write_atomically(self.output(port), json.dumps(value, allow_nan=False).encode("utf-8"))

    def write_weights(self, port, tensors, metadata=None):
        """F32 tensors by name, each (shape, numbers)."""
        write_safetensors(self.output(port), tensors, metadata or {})


def write_atomically(path, data):
    """A file that is there whole or not at all, whatever kills the process."""
    temporary = path + ".new"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def write_safetensors(path, tensors, metadata):
    header, pieces, offset = {"__metadata__": metadata} if metadata else {}, [], 0
    for name in sorted(tensors):
        shape, numbers = tensors[name]
        data = struct.pack(f"<{len(numbers)}f", *numbers)
        if len(numbers) != math.prod(shape):
            raise ValueError(f"the tensor `{name}` has {len(numbers)} numbers for the shape {shape}")
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        pieces.append(data)
        offset += len(data)
    text = json.dumps(header, sort_keys=True).encode("utf-8")
    text += b" " * (-len(text) % 8)
    write_atomically(path, struct.pack("<Q", len(text)) + text + b"".join(pieces))


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"the tensor `{name}` is {entry['dtype']}; this module reads F32")
        begin, end = entry["data_offsets"]
        numbers = array("f", data[begin:end])
        if sys.byteorder == "big":
            numbers.byteswap()
        tensors[name] = (entry["shape"], numbers)
    return tensors, metadata
