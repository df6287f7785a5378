"""The instruments that retail brokers offer, each under one canonical name.

A table, not a rule: what is not in it is not guessed.  Settings may add names of their own.
"""

from enum import StrEnum
from typing import Final


class InstrumentKind(StrEnum):
    """What an instrument is; decides which endings of a name can be trusted."""

    FOREX = "forex"
    METAL = "metal"
    ENERGY = "energy"
    INDEX = "index"
    CRYPTO = "crypto"
    SOFT = "soft"
    OTHER = "other"
    """Named by settings only."""


def listed(words: str) -> frozenset[str]:
    """Return the words of a text that is easier to read and to extend than a list of them."""
    return frozenset(words.split())


CURRENCIES: Final = listed(
    "AUD BRL CAD CHF CLP CNH COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP"
    " PLN RON RUB SAR SEK SGD THB TRY TWD USD ZAR"
)
"""ISO 4217 codes (and CNH, the offshore yuan) whose pairs brokers quote."""

METALS: Final[dict[str, str]] = {
    "XAU": "GOLD",
    "XAG": "SILVER",
    "XPT": "PLATINUM",
    "XPD": "PALLADIUM",
    "XCU": "COPPER",
}
"""ISO 4217 code (XCU by custom) to the English word."""

COINS: Final[dict[str, tuple[str, ...]]] = {
    "BTC": ("BITCOIN", "XBT"),
    "ETH": ("ETHEREUM",),
    "BCH": ("BITCOINCASH",),
    "LTC": ("LITECOIN",),
    "XRP": ("RIPPLE",),
    "ADA": ("CARDANO",),
    "SOL": ("SOLANA",),
    "DOGE": ("DOGECOIN",),
    "DOT": ("POLKADOT",),
    "DASH": ("DSH", "DASH"),
    "EOS": (),
    "XLM": ("STELLAR",),
    "XMR": ("MONERO",),
    "AVAX": ("AVALANCHE",),
    "LINK": ("CHAINLINK",),
    "UNI": ("UNISWAP",),
    "BNB": ("BINANCECOIN",),
    "TRX": ("TRON",),
    "NMC": ("NAMECOIN",),
    "PPC": ("PEERCOIN",),
    "EMC": ("EMERCOIN",),
}
COIN_QUOTES: Final = ("USD", "EUR", "GBP", "JPY", "AUD", "CHF", "BTC")

INDICES: Final[dict[str, str]] = {
    "GER40": "DAX DAX30 DAX40 GER30 DE30 DE40 GERMANY30 GERMANY40",
    "NAS100": "NDX NDX100 US100 USTEC USTECH USTECH100 NASDAQ NASDAQ100 NDAQ100 TECH100 USATECH",
    "US30": "DJ30 WS30 DJI DJI30 DJIA DOW30 DOWJONES DOWJONES30 USA30 WALLSTREET30",
    "US500": "SPX SPX500 SP500 S&P500 USA500",
    "US2000": "RUSSELL2000 RUS2000 RUT2000 USA2000",
    "UK100": "FTSE FTSE100 UKX100",
    "FRA40": "CAC CAC40 FR40 F40 FRANCE40",
    "EU50": "EUSTX50 ESTX50 STOXX50 EUSTOXX50 EUROSTOXX50 EURO50 SX5E EUR50",
    "JP225": "JPN225 NIKKEI NIKKEI225 NI225 JAP225 JAPAN225",
    "AUS200": "AU200 ASX200 AUSTRALIA200",
    "HK50": "HSI HSI50 HANGSENG HANGSENG50 HK33 HKG50",
    "ES35": "SPA35 ESP35 IBEX IBEX35 SPAIN35",
    "IT40": "ITA40 ITALY40 FTSEMIB FTSEMIB40",
    "SUI20": "CH20 SWI20 SWISS20 SMI20",
    "NED25": "NL25 NETH25 DUTCH25 AEX AEX25 NETHERLANDS25",
    "NOR25": "NORWAY25",
    "SWE30": "SWEDEN30 OMX30 OMXS30",
    "CAN60": "CANADA60",
    "CN50": "CHINA50 CHN50 CHINAA50",
    "SG30": "SING30 SGP30 SINGAPORE30",
    "VIX": "VIX75 VOLX",
    "DXY": "USDX USDINDEX DOLLARINDEX",
}
"""Canonical name to the others."""

QUOTED_IN: Final[dict[str, str]] = {
    "GER40": "EUR",
    "UK100": "GBP",
    "FRA40": "EUR",
    "EU50": "EUR",
    "JP225": "JPY",
    "AUS200": "AUD",
    "HK50": "HKD",
    "ES35": "EUR",
    "IT40": "EUR",
    "SUI20": "CHF",
    "NED25": "EUR",
    "NOR25": "NOK",
    "SWE30": "SEK",
    "CAN60": "CAD",
    "CN50": "USD",
    "SG30": "SGD",
}
"""The currency that brokers add to an index's name without meaning another instrument; USD is
added too, where the point is paid in dollars."""

ENERGIES: Final[dict[str, str]] = {
    "USOIL": "WTI WTIUSD WTICOUSD XTIUSD USOILUSD USCRUDE CRUDEOIL",
    "UKOIL": "BRENT BRENTUSD BCOUSD XBRUSD UKOILUSD UKCRUDE BRENTOIL",
    "NATGAS": "XNGUSD NATGASUSD NGAS NATURALGAS",
}
SOFTS: Final[dict[str, str]] = {
    "COCOA": "COCOAUSD",
    "COFFEE": "COFFEEUSD",
    "CORN": "CORNUSD",
    "COTTON": "COTTONUSD",
    "ORANGEJUICE": "OJ",
    "SOYBEAN": "SOYBEANS SOYBNUSD",
    "SUGAR": "SUGARUSD",
    "WHEAT": "WHEATUSD",
}


Named = dict[str, tuple[str, InstrumentKind]]


def _table() -> Named:
    """Return every known name with its canonical one and its kind."""
    pairs: Named = {
        base + quote: (base + quote, InstrumentKind.FOREX)
        for base in sorted(CURRENCIES)
        for quote in sorted(CURRENCIES - {base})
    }
    return (
        pairs
        | _metals()
        | _coins()
        | _group(INDICES, InstrumentKind.INDEX)
        | _group(ENERGIES, InstrumentKind.ENERGY)
        | _group(SOFTS, InstrumentKind.SOFT)
    )


def _metals() -> Named:
    found: Named = {"XAUXAG": ("XAUXAG", InstrumentKind.METAL)}
    for code, word in METALS.items():
        for quote in sorted(CURRENCIES):
            found[code + quote] = found[word + quote] = (code + quote, InstrumentKind.METAL)
        found[word] = (f"{code}USD", InstrumentKind.METAL)
    return found


def _coins() -> Named:
    found: Named = {}
    for coin, words in COINS.items():
        for quote in COIN_QUOTES:
            if quote != coin:
                for name in (coin, *words):
                    found[name + quote] = (coin + quote, InstrumentKind.CRYPTO)
        for word in words:
            found[word] = (f"{coin}USD", InstrumentKind.CRYPTO)
    return found


def _group(groups: dict[str, str], kind: InstrumentKind) -> Named:
    found: Named = {}
    for canonical, others in groups.items():
        for name in (canonical, *others.split()):
            found[name] = (canonical, kind)
            if kind is InstrumentKind.INDEX and not name.startswith("USD"):
                found[f"{name}USD"] = (canonical, kind)
                found[name + QUOTED_IN.get(canonical, "USD")] = (canonical, kind)
    return found


NAMES: Final = _table()
"""Every known name, upper case, to its canonical name and kind."""

CATALOGUE: Final = frozenset(canonical for canonical, _ in NAMES.values())

TICKERS: Final = listed(
    "DOW GOLD SILVER PLATINUM PALLADIUM COPPER WTI BRENT CORN WHEAT SUGAR COFFEE COCOA COTTON"
    " DAX SPX NDX NASDAQ VIX CAC HSI AEX FTSE IBEX TRON LINK STELLAR UNISWAP"
)
"""Names that are also words, or symbols of shares and funds: an ending that could name an exchange
or a fund makes them doubtful."""

LOOKALIKES: Final[dict[str, str]] = {
    "DOW": "US30",
    "DOWJ": "US30",
    "NDAQ": "NAS100",
    "SPXL": "US500",
    "SPXS": "US500",
    "SPXU": "US500",
    "SPXC": "US500",
    "UPRO": "US500",
    "NDXT": "NAS100",
    "DAXX": "GER40",
    "VIXY": "VIX",
    "VIXM": "VIX",
    "SWISS30": "SUI20",
}
"""Names of shares, funds and other contracts that are easily taken for an instrument: some brokers
do mean it, so they are offered as candidates and never taken."""
