from echo.domain.ledger_files import TOLD_FOR_MS, LedgerFiles


def test_the_first_file_has_none_before_it() -> None:
    files = LedgerFiles()
    files.seen("a", 5)
    assert files.told(5) == ""


def test_the_same_file_again_changes_nothing() -> None:
    files = LedgerFiles()
    files.seen("a", 0)
    files.seen("b", 1)
    files.seen("b", 100)
    assert (files.told(100), files.changed_mono_ms) == ("a", 1)


def test_a_file_that_comes_back_is_told_of_the_one_in_between() -> None:
    files = LedgerFiles()
    for at_ms, file_id in enumerate(("a", "b", "a")):
        files.seen(file_id, at_ms)
    assert files.told(2) == "b"


def test_an_ea_that_names_no_file_is_no_change() -> None:
    files = LedgerFiles()
    files.seen("a", 0)
    files.seen("", 1)
    files.seen("a", 2)
    assert files.told(2) == ""


def test_a_change_of_long_ago_is_not_told_any_more() -> None:
    files = LedgerFiles()
    files.seen("a", 0)
    files.seen("b", 1_000)
    assert files.told(999 + TOLD_FOR_MS) == "a"
    assert files.told(1_000 + TOLD_FOR_MS) == ""


def test_a_file_that_is_remembered_from_a_former_life_is_told() -> None:
    files = LedgerFiles(file_id="a")
    files.seen("b", 10)
    assert files.told(10) == "a"


def test_it_knows_the_last_life_that_named_a_file() -> None:
    files = LedgerFiles(file_id="a")
    assert files.instance == ""
    files.seen("a", 1, "first")
    files.seen("", 2, "master")
    assert files.instance == "first"
    files.seen("a", 3, "second")
    assert (files.instance, files.told(3)) == ("second", "")
