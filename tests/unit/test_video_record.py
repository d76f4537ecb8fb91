"""The journal of videos: what of an upload survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from aion.exceptions import ValidationError
from aion.types.video import VideoChunkInfo, VideoUploadResult, VideoUploadSession
from aion.uploads import _video_file
from aion.uploads._video_chunks import ChunkedUpload, ETagCheck
from aion.uploads._video_file import Video, VideoOptions
from aion.uploads._video_record import VideoJournalRecord
from aion.uploads.journal import Journal, State
from aion_api import UNSET
from tests.behaviour.movies import movie, saved

URL = "https://api.example.com/api/v2"
LINK = "https://storage.example.com/1?signature=secret"
OPTIONS = VideoOptions(UNSET, ["sea"], True, "full_vlm", None, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def video(tmp_path: Path) -> Video:
    return _video_file.video(saved(tmp_path, data=movie(size=2500)))


def begun() -> ChunkedUpload:
    """An upload as the service begins it, its chunks in no order."""
    chunks = [
        VideoChunkInfo(number, size, LINK) for number, size in ((2, 1000), (1, 1000), (3, 500))
    ]
    return ChunkedUpload.of(
        VideoUploadSession("media", "upload", chunks, concurrent_upload_limit=0, retry_attempts=5)
    )


def test_chunks_follow_each_other_in_the_file() -> None:
    upload = begun()
    assert [(one.number, one.offset, one.size) for one in upload.chunks] == [
        (1, 0, 1000), (2, 1000, 1000), (3, 2000, 500),
    ]  # fmt: skip
    assert (upload.size, upload.at_once, upload.retries) == (2500, 1, 5)


def test_the_url_of_a_chunk_is_not_shown() -> None:
    assert "secret" not in repr(begun())


def test_an_upload_comes_back_with_what_is_known_of_its_chunks(path: Path, video: Video) -> None:
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    upload = begun()
    record.begin(0, upload)
    upload.chunks[0].etag = upload.chunks[1].etag = '"one"'
    record.sent(0, upload.chunks[0])
    record.confirmed(0, upload.chunks[0])
    record.sent(0, upload.chunks[1])
    record.close()
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    again = record.begun(0)
    record.close()
    assert again is not None
    assert (again.media_id, again.upload_id) == ("media", "upload")
    assert (again.at_once, again.retries) == (1, 5)
    assert [(one.offset, one.size, one.etag, one.confirmed, one.url) for one in again.chunks] == [
        (0, 1000, '"one"', True, None),
        (1000, 1000, '"one"', False, None),
        (2000, 500, None, False, None),
    ]


def test_the_upload_of_a_changed_video_is_given_apart(path: Path, video: Video) -> None:
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    record.begin(0, begun())
    record.close()
    video.path.write_bytes(movie(size=2600))
    record = VideoJournalRecord(path, [_video_file.video(video.path)], URL, OPTIONS)
    old = record.replaced(0)
    assert (record.begun(0), old and old.upload_id) == (None, "upload")
    record.close()


def test_an_upload_that_was_given_up_is_not_gone_on_with(path: Path, video: Video) -> None:
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    record.begin(0, begun())
    record.given_up(0, "no")
    record.close()
    assert [(one.state, one.reason) for one in Journal(path).report()] == [(State.FAILED, "no")]
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    assert record.begun(0) is None
    record.close()


def test_a_stored_video_comes_back_without_its_signed_links(path: Path, video: Video) -> None:
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    stored = VideoUploadResult("media", thumbnail_url=LINK, video_url=LINK, analysis_job_id="job")
    record.stored(0, stored)
    record.close()
    assert Journal(path).report()[0].state is State.STORED
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    assert record.result(0) == VideoUploadResult("media", analysis_job_id="job")
    record.close()
    assert b"secret" not in path.read_bytes()


def test_options_that_do_not_change_the_video_may_differ(path: Path, video: Video) -> None:
    VideoJournalRecord(path, [video], URL, OPTIONS).close()
    other = VideoOptions(UNSET, ["sea"], True, "full_vlm", 2, 0)
    VideoJournalRecord(path, [video], URL, other).close()
    other = VideoOptions(UNSET, UNSET, True, "full_vlm", None, 3)
    with pytest.raises(ValidationError, match="tags was"):
        VideoJournalRecord(path, [video], URL, other)


@pytest.mark.parametrize("etag", ["AB12", '"ab12"', 'W/"ab12"', " ab12 "])
def test_an_etag_is_compared_whatever_its_form(etag: str) -> None:
    assert ETagCheck().fits(1, etag, "ab12")


def test_an_etag_is_a_hash_once_one_of_them_was() -> None:
    check = ETagCheck()
    assert check.fits(1, '"kms"', "aa")
    assert check.wrong() == []
    assert check.fits(2, '"bb"', "bb")
    assert not check.fits(3, '"kms"', "cc")
    assert check.wrong() == [1]


def test_a_chunk_that_is_refused_is_not_wrong_afterwards() -> None:
    check = ETagCheck()

    class Others(list[int]):
        """Another thread finds out what ETags are, just before a chunk is noted."""

        def append(self, number: int) -> None:
            check.fits(2, "bb", "bb")
            super().append(number)

    check._others = Others()
    # The chunk is either accepted and wrong, or refused, resent and right.
    assert check.fits(1, '"kms"', "aa") == (check.wrong() == [1])


def test_a_video_that_is_still_being_put_together_is_asked_for_again(
    path: Path, video: Video
) -> None:
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    record.begin(0, begun())
    record.stored(0, VideoUploadResult("media", "processing"))
    record.close()
    record = VideoJournalRecord(path, [video], URL, OPTIONS)
    again = record.begun(0)
    assert record.result(0) is None
    assert again is not None
    record.close()
