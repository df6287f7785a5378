"""Terminals are told about in terms of versions, codes and counts, never one by one."""

from echo.links.telemetry.registration_table import HANDSHAKE, LINKS, SYMBOLS


def test_no_figure_about_terminals_names_a_terminal() -> None:
    for metric in (*HANDSHAKE, *SYMBOLS, *LINKS):
        assert not {"account_id", "client_id", "evaluation_id"} & set(metric.labels)
