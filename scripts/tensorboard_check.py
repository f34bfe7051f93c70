"""The second opinion of TensorBoard on event files.

    tensorboard_check.py golden FILE   writes the events of internal/tensorboard/tensorboard_test.go with TensorBoard's own writer
    tensorboard_check.py read FOLDER   prints as JSON what TensorBoard finds in the event files of a folder
"""

import base64
import json
import sys

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def golden(path):
    text = summary_pb2.Summary.Value(tag="config")
    text.metadata.plugin_data.plugin_name = "text"
    text.tensor.CopyFrom(tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=["kind: ä".encode()]))
    text.tensor.tensor_shape.dim.add(size=1)
    image = summary_pb2.Summary.Image(height=3, width=300, colorspace=3, encoded_image_string=b"\x89PNG")
    summary = lambda *values: summary_pb2.Summary(value=values)
    scalar = lambda tag, value: summary_pb2.Summary.Value(tag=tag, simple_value=value)
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    with open(path, "wb") as f:
        writer = RecordWriter(f)
        for event in (
            event_pb2.Event(wall_time=1.7e9, file_version="brain.Event:2"),
            event_pb2.Event(wall_time=1.7e9, step=8, session_log=start),
            event_pb2.Event(wall_time=1.7e9 + 0.5, step=300, summary=summary(scalar("loss", 0.25), scalar("lr", 0.0))),
            event_pb2.Event(wall_time=1.7e9 + 0.5, step=300, summary=summary(summary_pb2.Summary.Value(tag="sky", image=image), text)),
        ):
            writer.write(event.SerializeToString(deterministic=True))


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    found.Reload()
    tags = found.Tags()
    json.dump(
        {
            "scalars": {t: [[e.wall_time, e.step, e.value] for e in found.Scalars(t)] for t in tags["scalars"]},
            "images": {
                t: [[e.step, e.width, e.height, base64.b64encode(e.encoded_image_string).decode()] for e in found.Images(t)]
                for t in tags["images"]
            },
            "texts": {t: [[e.step, e.tensor_proto.string_val[0].decode()] for e in found.Tensors(t)] for t in tags["tensors"]},
        },
        sys.stdout,
    )


{"golden": golden, "read": read}[sys.argv[1]](sys.argv[2])
