"""A run's folder that is not whole: one error that names the file, whatever is read of it."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.postprocess.catalogue import fields_of, spread_of
from nanotrode.postprocess.fields import read_outputs
from nanotrode.postprocess.series import read_series


def look(folder) -> None:
    """Read all that pictures and pages are made of."""
    for output in read_outputs(folder):
        assert isinstance(output.label, str)
        assert np.isfinite([output.voltage, output.current_density]).all()
        for field in fields_of(output):
            field.values(output)
            spread_of(field, output)


def test_a_whole_run_is_read(written):
    look(written)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, None])
def test_a_file_that_is_cut_or_lost_is_named(written, share):
    """VTK reads what it finds of a file that was cut: fewer fields, no cells, or none of it."""
    for path in sorted((written / "fields").rglob("*.vt*")):
        whole = path.read_bytes()
        if share is None:
            path.unlink()
        else:
            path.write_bytes(whole[: int(share * len(whole))])
        if "electrolyte" not in path.name:
            with pytest.raises(InputError) as caught:
                look(written)
            assert path.stem in str(caught.value)
        path.write_bytes(whole)
    look(written)


def test_a_time_series_that_is_no_text_is_named(tmp_path):
    (tmp_path / "timeseries.csv").write_bytes(b"Time [s],Voltage [V]\n1.0,\xdf\xff\n")
    with pytest.raises(InputError, match=r"timeseries.csv cannot be read as the time series"):
        read_series(tmp_path / "timeseries.csv")
