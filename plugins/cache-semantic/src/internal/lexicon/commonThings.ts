/** More groups as in `things.ts` and `everydayThings.ts`: customers, devices, words for amounts, and nouns of verbs. */
export const commonThings = `
package, parcel
customer support, customer service, customer care, support team, help desk, helpdesk
refund, money back
invoice, bill for my order
promo code, coupon code, discount code, voucher code, promotional code
payment method, payment option, way of paying, way to pay, method of payment, form of payment, mode of payment
username, user name, login name
profile picture, profile photo, avatar
notification, push notification
opening hour, business hour, hour of operation, opening time
phone number, telephone number
hexadecimal, hex
decimal, base 10
probability, likelihood, odds, chance of, chance that, how likely be it that, how likely be it to
proof, proof that
square root, sqrt
leftover, left over food
vegetable, veggie, veg
soda, soft drink, fizzy drink, pop drink
candy, sweet treat
french fry, chip shop chip
microwave, microwave oven
trash can, garbage can, rubbish bin, dustbin
sibling, brother or sister
spouse, husband or wife
labor law, employment law
work permit, work visa
driver test, driving test, driver's test, road test
sale tax, vat tax
emergency fund, rainy day fund
stock market, share market
real estate, property market
side hustle, side job, side gig
public speaking, speaking in public, speak in public
small talk, chit chat
social media, social network
video game, computer game
movie star, film star
olympics, olympic game
weight training, weight lifting, lifting weight
push up, pushup, press up
sit up, situp
pull up, pullup, chin up
muscle ache, sore muscle, muscle soreness
belly fat, stomach fat, abdominal fat
blood sugar, blood glucose
heart disease, cardiovascular disease
allergy, allergic reaction
mosquito bite, insect bite
panic attack, anxiety attack
mental health, mental wellbeing
skin care, skincare
hair loss, losing hair, balding
atom, atomic
chemical formula, molecular formula
periodic table, periodic table of element
water cycle, hydrologic cycle, hydrological cycle
rain forest, rainforest
endangered species, species in danger
ancient egypt, ancient egyptian
ancient rome, ancient roman
ancient greece, ancient greek
main character, protagonist, lead character
plot, storyline, story line
moral of story, moral
sci fi, science fiction
nonfiction, non fiction
out of office reply, out of office message, out of office email, out of office response
product description, description of product
vs code, vscode, visual studio code
anytime, at any time
mla, mla style, mla format
apa, apa style, apa format
solar system, our solar system
thank you note, thank you letter, thank you card, thank you message
meeting minutes, minutes of meeting
to do list, todo list, task list
job posting, job ad, job advert, job advertisement
stack trace, stacktrace, call stack trace
null pointer exception, nullpointerexception, npe
infinite loop, endless loop
ternary operator, conditional operator
lambda, lambda function, lambda expression
callback, callback function
csv, csv file
json, json file, json data
xml, xml file
pdf, pdf file, pdf document
yaml, yaml file, yml file
zip file, zip archive
virtual environment, virtualenv, venv
shell script, bash script
cron job, cronjob
rate limit, rate limiting
cache, caching
overfit, overfitting
web browser, browser
private browsing, incognito mode, incognito
dark mode, dark theme, night mode
airplane mode, flight mode
power bank, portable charger
router, wifi router
memory card, sd card
ip address, ip
light bulb, lightbulb
smoke detector, smoke alarm
screw driver, screwdriver
wall paper, wallpaper
lawn mower, lawnmower
weed, weeds
backyard, back yard, back garden
front yard, front garden
living room, lounge room, sitting room
countertop, worktop, counter top
air conditioner, air conditioning, ac unit, air con
electricity bill, electric bill, power bill
used car, second hand car, pre owned car
spare tire, spare wheel
jump start, jumpstart
check engine light, engine warning light
car insurance, auto insurance
health insurance, medical insurance
round trip, return trip
one way ticket, single ticket
travel adapter, plug adapter, power adapter
public transport, public transportation, public transit, mass transit
taxi, cab
rental car, hire car
must see, must visit
sight, landmark, point of interest
restaurant, place to eat
`
