"""A run in motion: one picture per output, all with the same colours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .._files import atomic_path
from ..errors import InputError
from .catalogue import find_field
from .drawing import Look, draw
from .fields import Output, read_outputs
from .layout import compose_frame
from .opengl import require_rendering
from .render import limits_of, subtitle
from .stamp import stamp_of

_log = logging.getLogger(__name__)

_PIXELS = 300_000
_HOLD = 3
"""The last picture stays this many times as long as the others."""
_PLAIN = Look()


def animate(
    run: str | Path,
    field: str,
    path: str | Path,
    *,
    seconds: float = 8.0,
    limits: tuple[float, float] | None = None,
    look: Look = _PLAIN,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw all outputs of a run into one `.gif`, or one `.mp4` where `nanotrode[video]` is there.

    Outputs are evenly spaced in charge rather than in time, so each picture is shown as long as
    the others; its time stands on it.

    Args:
        run: The run's folder.
        field: As of `render`.
        path: The file to write; its suffix chooses the format.
        seconds: Length of the animation [s].
        limits: Values at the ends of the colour scale; None fits them to the whole run.
        look: A plane to cut at, streamlines.
        progress: Called with the number of pictures drawn, and of all.

    Raises:
        InputError: The suffix is neither, there is one output only, or MP4 needs a package.
    """
    path = Path(path)
    writers = {".gif": _write_gif, ".mp4": _write_mp4}
    if path.suffix not in writers:
        raise InputError(f"{path}: got '{path.suffix}', expected .gif or .mp4")
    require_rendering()
    outputs = read_outputs(run)
    if len(outputs) < 2:
        raise InputError(f"{run}: has one output only; an animation needs two or more")
    limits = limits or limits_of(map(replace, outputs), field)
    look = replace(look, limits=limits, pixels=_PIXELS, sections=False)
    frames = _frames(outputs, field, look, progress)
    rate = len(outputs) / seconds
    comment = "\n".join(stamp_of([run]).values())
    with atomic_path(path) as temporary:
        writers[path.suffix](temporary, frames, rate, comment)
    _log.info("wrote %s", path)
    return path


def _frames(
    outputs: list[Output],
    field: str,
    look: Look,
    progress: Callable[[int, int], None] | None,
) -> Iterator[NDArray]:
    for number, kept in enumerate(outputs, start=1):
        output = replace(kept)  # its blocks are let go when it is drawn
        drawing = draw(output, find_field(output, field), look)
        yield compose_frame(drawing.picture, drawing.scale, subtitle=subtitle(output))
        if progress is not None:
            progress(number, len(outputs))


def _write_gif(path: Path, frames: Iterator[NDArray], rate: float, comment: str) -> None:
    """All pictures with the colours of one palette, lest they flicker."""
    images = [Image.fromarray(frame) for frame in frames]
    palette = Image.fromarray(_sample(images)[None]).quantize(256)
    drawn = [
        image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images
    ]
    times = [round(1000 / rate)] * (len(drawn) - 1) + [round(_HOLD * 1000 / rate)]
    drawn[0].save(
        path, format="GIF", save_all=True, append_images=drawn[1:], duration=times, loop=0,
        optimize=False, comment=comment.encode(),
    )  # fmt: skip


def _sample(images: list[Image.Image]) -> NDArray:
    """Pixels (n, 3) to choose colours from: paper would take most of them, so it comes once."""
    pixels = np.concatenate([np.asarray(image)[::3, ::3].reshape(-1, 3) for image in images])
    coloured = pixels[np.ptp(pixels, axis=1) > 20]
    greys = np.repeat(np.linspace(0, 255, 24).astype(np.uint8)[:, None], 3, axis=1)
    share = max(1, len(coloured) // 400)
    return np.concatenate([coloured, np.repeat(greys, share, axis=0), *[greys[-1:]] * 9 * share])


def _write_mp4(path: Path, frames: Iterator[NDArray], rate: float, comment: str) -> None:
    try:
        import imageio_ffmpeg
    except ImportError:
        raise InputError(
            "MP4 needs the package imageio-ffmpeg: pip install 'nanotrode[video]'; "
            "a .gif needs nothing more"
        ) from None
    writer = None
    try:
        for frame in frames:
            rows, columns = (2 * (n // 2) for n in frame.shape[:2])  # H.264 counts in pairs
            if writer is None:
                writer = imageio_ffmpeg.write_frames(
                    str(path), (columns, rows), fps=rate, macro_block_size=2, quality=8,
                    output_params=["-movflags", "+faststart", "-metadata", f"comment={comment}"],
                )  # fmt: skip
                writer.send(None)
            writer.send(np.ascontiguousarray(frame[:rows, :columns]))
    finally:
        if writer is not None:
            writer.close()
