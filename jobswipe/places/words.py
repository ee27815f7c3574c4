"""The words of location texts that are not names of places: ways of working, world regions, fillers, nicknames."""

from __future__ import annotations

import re

from jobswipe.places.fold import fold

# One alternation, most specific first: "not remote" before "remote", "hybrid remote" before both.
WORK = re.compile(
    r"""
    (?P<onsite> \b(?:not|no|non|nicht|pas|kein|sin)[ -](?:fully[ -])?remote\b | \bon[ -]?sites?\b | \bin[ -]office\b
        | \bin[ -]person\b | \boffice[ -]based\b | \bpresencial\b | \bvor[ ]ort\b | \bsur[ ]site\b | \bin[ ]sede\b
        | \bop[ ]kantoor\b | 出社 | 现场 )
  | (?P<hybrid> \b(?:remote[ -])?hybrid[ea]?(?:[ -]remote)?\b | \bh[ií]brid[oa]\b | \bibrido\b | \bsemi[ -]?presencial\b
        | \bpart(?:ial|ially|ly)?[ -]remote\b | \btélétravail[ ]partiel\b | ハイブリッド )
  | (?P<remote> \b(?:(?:fully|full|100[ ]?%|completely|entirely)[ -])?remote(?:ly)?(?:[ -](?:first|friendly|only|ok
      |work|based|eligible|position|job))?\b
        | \bwfh\b | \bwork(?:ing)?[ -](?:from|at)[ -](?:home|anywhere)\b | \bhome[ -]?(?:based|office)\b
        | \btelecommut(?:e|ing|er)\b | \btelework(?:ing)?\b | \bt[ée]l[ée]travail\b | \bteletrabajo\b | \bteletrabalho\b
        | \bremot[oa]\b | \ba[ ]distancia\b | \bthuiswerk(?:en)?\b | \banywhere\b | \bdistributed\b | \bvirtual\b
        | リモート | 在宅 | 远程 | 遠端 | 원격 | удал[её]нно )
    """,
    re.IGNORECASE | re.VERBOSE,
)

_REGIONS = {
    "EMEA": "emea,europe middle east and africa,europe middle east africa",
    "EU": "eu,european union,europaische union,union europeenne,union europea,eu wide",
    "EEA": "eea,european economic area",
    "Europe": "europe,europa,emea europe,european,continental europe,pan european",
    "LATAM": "latam,latin america,latinamerica,america latina,lateinamerika,amerique latine,latin american",
    "South America": "south america,sudamerica,america do sul,sudamerika",
    "Central America": "central america,centroamerica",
    "North America": "north america,northern america,namer,noram,nordamerika,amerique du nord,norteamerica",
    "Americas": "americas,the americas,amer",
    "APAC": "apac,asia pacific,asiapac,apj,japac,asia pacific region",
    "Asia": "asia,asien,asie",
    "Africa": "africa,afrika,afrique",
    "Oceania": "oceania",
    "Middle East": "middle east,naher osten",
    "MENA": "mena,middle east and north africa",
    "DACH": "dach",
    "Nordics": "nordics,nordic,nordic countries,the nordics",
    "Scandinavia": "scandinavia",
    "Benelux": "benelux",
    "Baltics": "baltics,baltic states,the baltics",
    "Balkans": "balkans,the balkans",
    "CEE": "cee,central and eastern europe,central eastern europe",
    "Eastern Europe": "eastern europe,east europe,osteuropa",
    "Western Europe": "western europe,west europe",
    "Central Europe": "central europe",
    "Southern Europe": "southern europe",
    "Northern Europe": "northern europe",
    "ANZ": "anz",
    "Southeast Asia": "southeast asia,south east asia",
    "Caribbean": "caribbean,the caribbean",
    "Sub-Saharan Africa": "sub saharan africa",
    "worldwide": "worldwide,world wide,global,globally,world,the world,whole world,weltweit,mundial,mundo,mondo,"
    "anywhere,anywhere in the world,anywhere in world,work from anywhere,everywhere,international,earth,"
    "monde entier,全球,世界",
}
REGIONS = {key: name for name, keys in _REGIONS.items() for key in keys.split(",")}

NOISE = frozenset(
    """undefined|n a|na|none|null|nil|tbd|tba|tbc|day|days|week|per week|a week
    |various|multiple|multiple locations|multiple cities|various locations
    |several locations|all locations|any location|other locations|flexible|flexible location|any|other|others|hq
    |headquarters|head office|office|main office|offices|home|nowhere|unspecified|not specified|unknown|location
    |locations|field|dnu
    |full time|part time|contract|permanent|temporary|internship|more|us time zones|confidential|to be determined
    |verschiedene standorte|mehrere standorte|plusieurs lieux|varias ubicaciones""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
# Counts ("5 Locations", "+3 more"), numbers, postcodes, time zones ("UTC+4", "GMT -3 to +1", "CET", "EST Timezone").
NOISE_SHAPE = re.compile(
    r"^(?:\W*\d+\W*(?:more )?(?:locations?|offices?|cities|sites|others?|more|standorte|more locations)?|\d[\w ]{0,9}"
    r"|(?:(?:utc|gmt)\b.{0,30})"
    r"|(?:e[sd]?t|p[sd]?t|c[sd]t|m[sd]t|cest|cet|eet|wet|bst|ist|aest|jst)(?: (?:e[sd]?t|p[sd]?t|c[sd]?t|m[sd]?t))*"
    r"(?: (?:time ?zones?|time|hours|working hours|overlap|business hours))*)$"
)

FILLER = frozenset(
    """in within based from the of at only preferred preferably must be located locate office offices hq headquarters
    headquartered campus area areas metro metropolitan region greater downtown anywhere any candidates candidate
    residents resident time timezone timezones zone zones location locations site sites hub studio ideally for or and
    to near around across throughout wide eligible applicants employees ok okay possible option optional allowed also
    other select
    certain any some all our state states country countries city remote hybrid work working can with open up national
    nationwide strongly province department governorate prefecture oblast canton vicinity surrounding
    nearby en em bei im raum grossraum standort oficina bureau agence dans a aus
    von aan republic considered welcome travel required usual role position roles team market markets hours""".split()
)
# Words that mark a site rather than a city: what stands before them is no city's name.
SITE = re.compile(
    r"\d|\b(?:mall|cent(?:er|re)|plaza|offices?|hq|park|street|st|road|rd|avenue|ave|county|campus|tower|building"
    r"|airport"
    r"|store|outlets?|square|floor|hospital|university|school|suite|site|warehouse|plant|lab|labs|team|time ?zone"
    r"|timezone|shopping|market|department|remote|office)\b",
    re.IGNORECASE,
)

# Words of other parts of a posting: a stretch with one of them names no place that the gazetteer lacks.
JOB = re.compile(
    r"https?:|www\.|\.(?:com|io|ai|dev)\b|\b(?:engineers?|developers?|managers?|designers?|analysts?|scientists?"
    r"|hiring|software"
    r"|salary|equity|visa|roles?|positions?|interns?|internship|contractors?|senior|junior|full-?time|part-?time)\b",
    re.IGNORECASE,
)
# Codes of countries that mean something else where they stand alone.
NO_PLACE_ALONE = frozenset("AI QA HR ML CI PM PR TV BI GM IO IOT COM MAC GTM YC PC".split())

# Nicknames, as (city, country, admin) with a city of the gazetteer or None for a metropolitan area without one city.
_SF, _NY, _LA = "San Francisco,US,CA", "New York,US,NY", "Los Angeles,US,CA"
_DC = "Washington,US,DC"
_NICKNAMES = {
    _SF: "sf,sfo,san fran,san francisco bay area,sf bay area,greater san francisco,sf bay,san francisco bay",
    _NY: "nyc,ny city,new york metro,new york city metro,greater new york,greater nyc,big apple,"
    "midtown manhattan,nyc metro",
    _LA: "la,greater los angeles,la metro,greater la",
    _DC: "dc,washington dc,washington d c,dc metro,dmv,washington dc metro,greater washington,washington dc baltimore,"
    "national capital area,dc area,washington district of columbia,district of columbia",
    "Philadelphia,US,PA": "philly,greater philadelphia",
    "Las Vegas,US,NV": "vegas",
    "New Orleans,US,LA": "nola",
    "Austin,US,TX": "atx",
    "Salt Lake City,US,UT": "slc",
    "Portland,US,OR": "pdx",
    "Seattle,US,WA": "sea,greater seattle",
    "Boston,US,MA": "greater boston",
    "Minneapolis,US,MN": "twin cities,minneapolis st paul",
    "Dallas,US,TX": "dfw,dallas ft worth",
    "Raleigh,US,NC": "raleigh durham,research triangle,research triangle park,rtp",
    "Tampa,US,FL": "tampa bay",
    "London,GB,ENG": "greater london,ldn,central london,city of london,london city",
    "Manchester,GB,ENG": "greater manchester",
    "Newcastle upon Tyne,GB,ENG": "newcastle on tyne,newcastle upon tyne",
    "Toronto,CA,08": "gta,greater toronto",
    "Mexico City,MX,09": "cdmx,ciudad de mexico",
    "Bengaluru,IN,19": "bangalore urban,blr",
    "Mumbai,IN,16": "bombay",
    "Gurugram,IN,10": "gurgaon",
    "Delhi,IN,07": "delhi ncr,new delhi ncr",
    "Ho Chi Minh City,VN,79": "hcmc,saigon,ho chi minh",
    "Frankfurt am Main,DE,05": "frankfurt,frankfurt main,frankfurt a m,frankfurt am,frankfurt am main",
    "Taguig,PH,NCR": "bgc,bonifacio global city,taguig city",
    "Makati City,PH,NCR": "makati",
    "Tel Aviv,IL,05": "tlv,tel aviv yafo,tel aviv jaffa",
    "Dubai,AE,03": "dxb",
    "Kyiv,UA,12": "kiev",
    "The Hague,NL,11": "den haag,s gravenhage,hague",
    "São Paulo,BR,27": "sampa",
    "Rio de Janeiro,BR,21": "rio",
    ",US,CA": "bay area,sf peninsula,peninsula bay area,silicon valley,socal,southern california,norcal,"
    "northern california,"
    "south bay,south bay area,east bay,north bay,south bay bay area,orange county,san francisco peninsula",
    ",US,TX": "north texas,central texas",
    ",US,NY": "upstate new york,upstate ny,long island,hudson valley",
    ",US,": "east coast,west coast,midwest,us east coast,us west coast,new england,pacific northwest,pnw,"
    "tri state,us east,"
    "us west,us central,us south,southeast us,northeast us,east us,west us,central us,lower 48,us mainland,"
    "continental united states,contiguous us,eastern us,western us",
    ",GB,ENG": "south east england,north west england,west midlands,east midlands,thames valley,midlands",
    ",DE,07": "rhein ruhr,ruhrgebiet",
}
NICKNAMES: dict[str, tuple[str, str, str]] = {}
for _place, _keys in _NICKNAMES.items():
    _name, _country, _admin = _place.split(",")
    NICKNAMES.update((_key, (fold(_name), _country, _admin)) for _key in _keys.split(",") if _key)
