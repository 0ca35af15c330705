/** Units by all their names, and by abbreviations that count only after a number. */
export const unitNames = `
km kilometer kilometre
m meter metre
cm centimeter centimetre
mm millimeter millimetre
mile mile
yard yard
ft foot
inch inch
kg kilogram kilo kilogramme
g gram gramme
mg milligram
lb pound
oz ounce
ton ton
tonne tonne
l liter litre
ml milliliter millilitre
gallon gallon
cup cup
tbsp tablespoon
tsp teaspoon
pint pint
quart quart
celsius celsius centigrade
fahrenheit fahrenheit
kelvin kelvin
hour hour
minute minute
second second
ms millisecond
day day
week week
month month
year year
percent percent percentage
dollar dollar
usd usd
eur eur
euro euro
gbp gbp
yen yen
rupee rupee
mph mph
kph kph
acre acre
hectare hectare
calorie calorie
joule joule
watt watt
kilowatt kilowatt
volt volt
degree degree
stone stone
`
export const unitShort: ReadonlyMap<string, string> = new Map(
  Object.entries({
    kms: "km",
    km: "km",
    m: "m",
    cm: "cm",
    mm: "mm",
    mi: "mile",
    miles: "mile",
    yd: "yard",
    yds: "yard",
    ft: "ft",
    "'": "ft",
    kg: "kg",
    kgs: "kg",
    g: "g",
    mg: "mg",
    lb: "lb",
    lbs: "lb",
    oz: "oz",
    l: "l",
    ml: "ml",
    gal: "gallon",
    tbsp: "tbsp",
    tsp: "tsp",
    c: "celsius",
    f: "fahrenheit",
    "°c": "celsius",
    "°f": "fahrenheit",
    "°": "degree",
    h: "hour",
    hr: "hour",
    hrs: "hour",
    min: "minute",
    mins: "minute",
    s: "second",
    sec: "second",
    secs: "second",
    ms: "ms",
    "%": "percent",
    $: "dollar",
    "€": "euro",
    "£": "gbp",
    "¥": "yen",
    mph: "mph",
    kph: "kph",
    "km/h": "kph",
    kmh: "kph",
    yr: "year",
    yrs: "year",
    in: "inch",
    kw: "kilowatt",
    w: "watt",
    v: "volt",
  }),
)
