"""Puts labels and contract into a .tflite file, so that one file is all that is deployed.

They are appended as a zip, as TFLite Metadata has associated files: interpreters ignore what
follows the flatbuffer, and the standard library's `zipfile` finds it from the end.
"""

import hashlib
import io
import json
import zipfile

LABELS = tuple("0123456789")
# A fixed date makes equal contents equal bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def packed(flatbuffer: bytes, metadata: dict, labels=LABELS) -> bytes:
    """Appends labels.txt and digitnet.json to a .tflite file.

    `metadata` is completed by the labels, and by the length and sha256 of the flatbuffer, with
    which a reader tells a damaged file from a whole one before it gives it to a runtime.

    Example:
        >>> file = packed(b"a flatbuffer", {"name": "digitnet"})
        >>> flatbuffer, metadata = unpacked(file)
        >>> flatbuffer, metadata["name"], metadata["labels"][:3]
        (b'a flatbuffer', 'digitnet', ['0', '1', '2'])
    """
    metadata = {
        **metadata,
        "labels": list(labels),
        "flatbuffer_bytes": len(flatbuffer),
        "flatbuffer_sha256": hashlib.sha256(flatbuffer).hexdigest(),
    }
    stream = io.BytesIO(flatbuffer)
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("labels.txt", "".join(f"{label}\n" for label in labels)),
            ("digitnet.json", json.dumps(metadata, indent=1) + "\n"),
        ):
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return stream.getvalue()


def unpacked(content: bytes):
    """Splits a file into (flatbuffer, metadata): the metadata is empty where there is no zip.

    Raises:
        ValueError: the appended zip or the flatbuffer is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            start = min((member.header_offset for member in archive.infolist()), default=0)
            metadata = json.loads(archive.read("digitnet.json"))
    except zipfile.BadZipFile as error:
        if b"PK\x05\x06" in content[-1024:] or b"digitnet.json" in content[-65536:]:
            raise ValueError(f"the appended zip is damaged ({error})") from error
        return content, {}
    except KeyError:
        return content, {}
    except Exception as error:  # zipfile raises whatever the damaged part raises
        raise ValueError(f"the appended zip is damaged ({error})") from error
    if not isinstance(metadata, dict):
        raise ValueError("digitnet.json is no JSON object")
    flatbuffer = content[:start]
    checksum = hashlib.sha256(flatbuffer).hexdigest()
    if metadata.get("flatbuffer_sha256", checksum) != checksum:
        raise ValueError("it is damaged (its checksum differs)")
    return flatbuffer, metadata
