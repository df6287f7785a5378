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
    "BSV": ("BITCOINSV",),
    "BTG": (),
    "ETC": ("ETHEREUMCLASSIC",),
    "LTC": ("LITECOIN",),
    "XRP": ("RIPPLE",),
    "ADA": ("CARDANO",),
    "SOL": ("SOLANA",),
    "DOGE": ("DOGECOIN",),
    "DOT": ("POLKADOT",),
    "XLM": ("STELLAR",),
    "DASH": ("DASH",),
    "TRX": ("TRON",),
    "XMR": ("MONERO",),
    "AVAX": ("AVALANCHE",),
    "LINK": ("CHAINLINK",),
    "UNI": ("UNISWAP",),
    "BNB": ("BINANCECOIN",),
    "SHIB": ("SHIBAINU",),
    "NMC": ("NAMECOIN",),
    "PPC": ("PEERCOIN",),
    "EMC": ("EMERCOIN",),
}
"""A coin's code to the words that mean it, in dollars where they stand alone."""
MORE_COINS: Final = listed(
    "AAVE ALGO APE APT ARB ATOM AXS BAT CHZ CRV EGLD ENJ EOS FET FIL FTM GALA GRT HBAR ICP INJ IOTA"
    " KSM LDO MANA MATIC NEAR NEO OMG PEPE QTUM SAND SUI THETA TON VET WIF XTZ ZEC ZRX"
)
"""Coins that only their code is known by; alone it may be a share."""
COIN_CODES: Final[dict[str, str]] = {
    **{code: code for code in (*COINS, *sorted(MORE_COINS))},
    **{"AVX": "AVAX", "DSH": "DASH", "IOT": "IOTA", "LNK": "LINK", "MIOTA": "IOTA"},
}
"""What pairs of coins begin with, to the coin's code."""
COIN_QUOTES: Final = ("USD", "EUR", "GBP", "JPY", "AUD", "CHF", "BTC")

INDICES: Final[dict[str, str]] = {
    "GER40": "DAX DAX30 DAX40 GER30 DE30 DE40 D30EUR D40EUR GERMANY30 GERMANY40 GDAXI DEUIDX",
    "NAS100": "NDX NDX100 NDQ100 ND100 NQ100 NSDQ100 US100 USTEC USTECH USTECH100 NASDAQ NASDAQ100"
    " NDAQ100 USNDAQ100 TECH100 USA100 USATECH USATECHIDX NASUSD",
    "US30": "DJ30 WS30 DJI DJI30 DJIA DOW30 DOWJONES DOWJONES30 USA30 WALLSTREET WALLSTREET30"
    " WALLST30 WST30 U30USD",
    "US500": "SPX SPX500 SP500 S&P S&P500 USA500 USSP500 USSPX500",
    "US2000": "RUSSELL2000 RUSS2000 RUS2000 RUT2000 USA2000 USSMALLCAP2000 USSC2000",
    "UK100": "FTSE FTSE100 FT100 UKX UKX100 100GBP GBRIDX",
    "FRA40": "CAC CAC40 FCHI FCHI40 FR40 F40 FRANCE40 FRAIDX",
    "EU50": "EUSTX50 ESTX50 STOXX50 EUSTOXX50 EUROSTOXX50 EUROPE50 EURO50 SX5E EUR50 E50EUR EUSIDX",
    "JP225": "JPN225 NIKKEI NIKKEI225 NIK225 NI225 NK225 J225 JAP225 JAPAN225 225JPY JPNIDX",
    "AUS200": "AU200 ASX200 SPI200 AUSTRALIA200 200AUD AUSIDX",
    "HK50": "HSI HSI50 HANGSENG HANGSENG50 HONGKONG50 HK33 HKG50 H33HKD HKGIDX",
    "ES35": "SPA35 ESP35 SPN35 IBEX IBEX35 SPAIN35 E35EUR ESPIDX",
    "IT40": "ITA40 ITALY40 FTSEMIB FTSEMIB40 MIB40 I40EUR ITAIDX",
    "SUI20": "CH20 SWI20 SWISS20 SMI20 CHEIDX",
    "NED25": "NL25 NETH25 DUTCH25 AEX AEX25 NETHERLANDS25 N25 N25EUR NLDIDX",
    "NOR25": "NORWAY25 NO25",
    "SWE30": "SWEDEN30 SE30 OMX30 OMXS30",
    "CAN60": "CANADA60 CA60",
    "CN50": "CHINA50 CHN50 CHA50 CHINAA50",
    "SG30": "SING30 SGP30 SINGAPORE30",
    "VIX": "VOLX",
    "DXY": "USDX USDIDX USDINDEX DOLLARIDX DOLLARINDX DOLLARINDEX USDOLLARINDEX",
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
    "USOIL": "WTI WTIUSD WTICOUSD XTIUSD USOUSD USOILUSD USWTI USWTIOIL USCRUDE USCRUDEOIL CRUDEOIL"
    " CRUDOIL WTIOIL OILWTI OILCRUDE WTICRUDE WTICRUDEOIL SPOTCRUDE LIGHTCMD LIGHTCMDUSD",
    "UKOIL": "BRENT BRENTUSD BCOUSD XBRUSD UKOUSD UKOILUSD UKBRENT UKBRENTOIL UKCRUDE UKCRUDEOIL"
    " BRENTOIL OILBRENT BRENTCRUDE BRENTCRUDEOIL SPOTBRENT BRENTCMD BRENTCMDUSD",
    "NATGAS": "XNGUSD NATGASUSD NGAS NATURALGAS GASCMD GASCMDUSD",
}
SOFTS: Final[dict[str, str]] = {
    "COCOA": "COCOAUSD",
    "COFFEE": "COFFEEUSD COFFE",
    "CORN": "CORNUSD",
    "COTTON": "COTTONUSD COTTO",
    "ORANGEJUICE": "OJ",
    "SOYBEAN": "SOYBEANS SOYBNUSD SBEAN",
    "SUGAR": "SUGARUSD SUGAR11",
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
        found[word] = found[f"SPOT{word}"] = (f"{code}USD", InstrumentKind.METAL)
    return found


def _coins() -> Named:
    found: Named = {}
    for coin, words in COINS.items():
        for word in words:
            found[word] = (f"{coin}USD", InstrumentKind.CRYPTO)
    whole = {word: coin for coin, words in COINS.items() for word in words}
    for name, coin in (COIN_CODES | whole).items():
        for quote in COIN_QUOTES:
            if quote != coin:
                found[name + quote] = (coin + quote, InstrumentKind.CRYPTO)
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
    "GOLD SILVER PLATINUM PALLADIUM COPPER WTI BRENT CORN WHEAT SUGAR COFFEE COCOA COTTON OJ"
    " DAX SPX NDX NASDAQ VIX CAC HSI AEX FTSE IBEX UKX"
)
"""Names that are also words, or symbols of shares and funds: an ending that could name an exchange
or a fund makes them doubtful."""

LOOKALIKES: Final[dict[str, tuple[str, ...]]] = {
    "DOW": ("US30",),
    "DOWJ": ("US30",),
    "NDAQ": ("NAS100",),
    "SPXL": ("US500",),
    "SPXS": ("US500",),
    "SPXU": ("US500",),
    "SPXC": ("US500",),
    "UPRO": ("US500",),
    "NDXT": ("NAS100",),
    "DAXX": ("GER40",),
    "VIXY": ("VIX",),
    "VIXM": ("VIX",),
    "RUT": ("US2000",),
    "RUSSELL": ("US2000",),
    "SMI": ("SUI20",),
    "ASX": ("AUS200",),
    "SWISS30": ("SUI20",),
    "OIL": ("USOIL", "UKOIL"),
    "CRUDE": ("USOIL", "UKOIL"),
    "XAU": ("XAUUSD",),
    "XAG": ("XAGUSD",),
    "BTC": ("BTCUSD",),
    "ETH": ("ETHUSD",),
    "DASH": ("DASHUSD",),
    "TRON": ("TRXUSD",),
    "VIX75": ("VIX",),
}
"""Names of shares, funds and other contracts that are easily taken for an instrument: some brokers
do mean it, so they are offered as candidates and never taken.  A coin that is written as a word,
like ``Dash``, is taken: the symbols of shares are all capitals."""
