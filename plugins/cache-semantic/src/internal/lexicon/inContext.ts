/**
 * Words that mean the same beside certain others only. A line: the word that stands for all, its synonyms, `<-`, and the
 * words of which one must be in the prompt. All are names as the other groups give them.
 */
export const contextGroups = `
change: update, edit <- email, address, phone number, phone, mobile phone, cell phone number, name, last name, username, profile, setting, detail, billing, payment, credit card, information, preference, nickname, bio, avatar, zip code
exit: stop, leave, close <- vim, vi, nano, emacs, repl, full screen, fullscreen, less, tmux, safe mode
remove: unclog, clear <- blockage, clog, cookie, cache, browsing history, search history
unclog: clear, unblock <- sink, drain, toilet, pipe, gutter
show: see, find, view, check <- invoice, bill, receipt, statement, order history, transaction, log
find: see, view, check, locate, obtain <- invoice, receipt, statement, order history, ip, ip address
increase: improve, raise, build <- credit score, self esteem, confidence, morale, metabolism
improve: increase, raise, build, strengthen <- immune system, stamina, endurance, vocabulary
terminate: kill, stop, end <- process, task, thread
lose: remove, burn <- belly fat, weight, fat
list: see, view, show, display <- process, branch, tag, container, package, user, table, database
autumn: fall <- leaf, season, spring, summer, winter, outfit, foliage, semester, poem, haiku, equinox
remove: strip, trim <- whitespace, space, newline
connect: pair <- airpods, headphone, earbud, speaker, bluetooth
have: offer, provide <- discount, refund, warranty, free trial, trial, delivery, gift card
replace: change <- toothbrush, battery, tire, filter, light bulb, lock, faucet, pillow, mattress, spark plug
begin: run, launch <- server, service, container
train: prepare <- marathon, half marathon, race, triathlon, 5k, 10k
repay: clear <- loan, debt, student loan, mortgage
faucet: tap <- leak, drip, kitchen, bathroom, plumber, washer
leak: drip <- faucet, tap, pipe, hose
bring: take, carry <- airplane, luggage, hand luggage, cabin, airport, security
cancel: end, stop, terminate <- subscription, membership, plan, trial, contract, policy, lease
contact: reach, call, speak, talk <- customer support, support team
uninstall: remove, delete <- app, program, software
undo: revert, reverse <- commit, git, change, merge, rebase, push
take: capture, make <- screenshot, picture, selfie, note
return: send <- item, purchase
obtain: claim, receive <- refund, discount, rebate, reimbursement
prevent: stop, avoid <- mosquito bite, sunburn, hangover, wrinkle, snore, burnout, spam, cavity, blister
cure: stop, remove <- hiccup
treat: stop, remove, relieve, cure, ease <- headache, migraine, heartburn, sore throat, cough, cold, toothache, back pain, stomachache, sunburn, insomnia, acne, dandruff, blister, rash, cramp, stuffy nose
stop: quit <- procrastinate, worry, overthink, bite, vape, drink, drinking
break: exit, leave <- loop, while loop, for loop
develop: create, devise <- theory, vaccine, theory of relativity
enter: insert, type, put <- promo code, coupon, discount code, voucher
pronounce: say <- name, word
put: place, set <- div, table, image, label
throw: raise <- exception, error
define: declare <- variable, constant, function, class, struct, interface, array, type
call: invoke <- function, method, constructor, procedure
ride: use <- bus, subway, tram
wash: clean <- dish, hand, window, car, hair, clothes, face
look after: take care of, care <- plant, dog, cat, baby, child, houseplant, succulent, orchid, hair, skin
score: grade, mark <- exam, essay
speak: talk <- language, doctor, boss, people, agent, representative, operator, advisor
watch: see <- movie, tv show, match, game, sunset
pass: clear <- exam, driving test, interview
long: length <- river, wall, bridge
last: take, be <- war, flight, match, game, movie, surgery, recovery, pregnancy
`
