/**
 * Verbs that mean the same in a question or a task. A line is a group and its first word stands for all; a member may be
 * several words. Opposites and neighbours that change an answer (reset and change, delete and disable) stay apart.
 */
export const actionGroups = `
create, make, build, generate, produce, craft, creation, come up with, put together
write, compose, draft, pen, write up
fix, repair, solve, resolve, troubleshoot, mend, sort out, rectify, deal with, solution to, remedy
remove, delete, erase, get rid of, eliminate, removal, removing, deletion
buy, purchase, buying
sell, sale of
begin, start, commence, get started with, get started, get going with
stop, quit, cease, halt, give up
end, finish, conclude, come to an end, be over
find, locate, look for, search for, track down, search
obtain, get, acquire, get hold of, get my hands on, receive
choose, select, pick, selection, choice of, decide on, pick out
use, utilize, make use of, usage of, work with
help, assist, aid
show, display
explain, describe, clarify, elucidate, explanation of, description of, explanation, description, outline, elaborate on, shed light on
summarize, sum up, summary of, summary, summarization, recap, tl dr, tldr, give gist of
translate, translation of, translation
convert, transform, turn into to, change into to, turn, conversion, cast, change from
change, modify, alter, adjust
improve, enhance, boost, get better at, become better at, be better at, improvement, get good at, become good at, strengthen, upgrade my, sharpen my
increase, increasing, raising of
reduce, decrease, lower, lessen, cut down on, cut down, bring down, reduction, cut back on
prevent, avoid, prevention of, prevention, keep from, guard against
install, installation, installing, get installed
uninstall, uninstallation
setup, set up, configure, configuration of, configuring
enable, turn on, switch on, activate, activation
disable, turn off, switch off, deactivate, deactivation
login, log in, sign in, log into, sign into, log on
logout, log out, sign out, log off
register, sign up, registration, create an account, make an account, open an account
learn, get to know, learning
teach, instruct
understand, comprehend, make sense of
calculate, compute, work out, figure out, calculation
determine, ascertain
check, verify, verification, confirm
test, testing
happen, occur, take place, come about, arise
work, function as
cook, cooking
bake, baking
clean, cleaning, clean up
wash, washing
grow, cultivate, raise crop
fry, frying
boil, boiling, hard boil
invest, investment in, investing
save, saving, put aside
spend, spending
earn, earning
protect, protection, safeguard
secure, make secure
update, updating
upgrade, upgrading
download, downloading
upload, uploading
send, sending
connect, hook up, link up, connection of
disconnect, unplug
merge, combine, join together, merging
split, divide up, break up
sort, order elements, put in order, arrange, sorting
reverse, invert, reversal of, flip, reversing
count, tally, counting
iterate, loop over, loop through, iterate over, iterate through, go through, traverse, iteration
run, execute
launch, start up, boot up
restart, reboot
reset, resetting
recover, get back, regain, retrieve, recovery of, restore
cancel, call off, cancellation of, cancellation, terminate my, cancelling
return
apply, application for, put in an application
move, relocate
travel, journey
visit, visiting
rent, lease, rental
own, ownership
drive, driving
sleep, slumber, sleeping
exercise, work out at gym, exercising
lose, shed, loss of, losing
gain, put on
train, training
treat, treatment, treating
cure, curing
heal, healing
diagnose, diagnosis
measure, measurement of, measuring
compare, comparison of, comparison, contrast
analyze, analysis of, analysis
evaluate, evaluation, assess, assessment
recommend, suggest, recommendation, suggestion, propose
plan, planning
prepare, preparation for, get ready for, prep, preparation, prepare for
celebrate, celebration of
remember, recall, memorize
forget, forgot
concentrate, focus, stay focused
release, come out
speed up, make faster, accelerate
relax, unwind, chill out
meditate, meditation
motivate, motivation
stay, remain
become, turn into, end up as
hire, recruit
resign, quit my job, leave my job, hand in my notice
retire, retirement
negotiate, negotiation
deploy, deployment of, deployment, deploying
implement, implementation of, implementation
debug, debugging
compile, compilation
parse, parsing
validate, validation of, validation
encrypt, encryption, encrypting
decrypt, decryption
encode, encoding
decode, decoding
compress, zip up, compression
decompress, unzip, extract archive
import, importing
export, exporting
insert, insertion
append, add to end
concatenate, string together, concatenation
replace, substitute, swap out, replacement
rename, change name of
copy, duplicate, clone
paste, pasting
print, output
read, reading
open, opening
close, shut, closing
backup, back up, make a backup of
share, sharing
block, blocking
unblock, unblocking
track, keep track of, tracking
monitor, keep an eye on, monitoring
manage, handle, management of, cope with
organize, organise, organization of
schedule, scheduling
book, make a reservation for, reserve, make a booking for, make a booking at, make a reservation at
contact, get in touch with, get in contact with, reach out to, get hold of someone at
ask, inquire
answer, reply to, respond to
pay, payment of, pay for
borrow, borrowing
lend, lending
pronounce, say out loud, pronunciation of, pronunciation
spell, spelling of, spelling
tie, tying
paint, painting of
draw, drawing
knit, knitting
sew, sewing
fold, folding
wear, put on clothes
fly, flying
swim, swimming
die, pass away, death of, death
born, birth of, birth, be born, come into world
marry, get married to, wed
invent, invention of, inventor, inventor of, come up with idea of, invention
discover, discovery of, discoverer, discoverer of, discovery
establish, founded, founder, founder of, founding of, set up company, start company
author, author of, writer of, writer, composer of, composer
direct, director of, director
paint, painter of, painter
win, winner of, winner, victor, victory in
lead, leader of
live, reside, inhabit
exist, existence of
cause, lead to, bring about, bring on, trigger, result in, be responsible for, give rise to
affect, influence, impact, have effect on, have an impact on
form, formation of, formation, come into being
evolve, evolution of, evolution
expand, expansion
destroy, destruction of, destruction
attack, assault
defend, defence of, defense of
declare, declaration
eat, consume, have for meal
drink, drinking
feed, feeding
adopt, adoption of
breathe, breathing
smoke, smoking
need, require, be necessary, be needed, be required
allow, permit, let
want, wish
believe, think
mean, signify, stand for, short for
deal, trade
migrate, migration, port over
switch, swap
filter, filtering
format, formatting
round, rounding
generate random, pick random
unsubscribe, stop receiving, opt out of
subscribe, subscription
vote, cast a vote, voting
report, reporting
file, lodge, filing
transfer, transferring
withdraw, take out money
deposit, depositing
dispute, contest
renew, renewal of, renewal
replace battery, change battery
extract, pull out, extraction
access, get access to, get into account
fetch, retrieve data
store, keep, storage of
freeze, freezing
thaw, defrost
whiten, make whiter
unclog, clear blocked, unblock drain
unlock, unlocking
lock, locking
highlight, emphasise
mute, silence
practise, practice
publish, publication of
promote, advertise, market
attract, draw in
charge, recharge
park, parking
ship, shipping, shipment, dispatch, delivery, delivery of, deliver
vaccinate, vaccination, immunize
hide, conceal
escape, get away from
survive, survival
build muscle, gain muscle, put on muscle
lose weight, shed pounds, slim down, drop weight, lose pounds, shed weight, weight loss, shed extra pounds
quit smoking, stop smoking, give up smoking, kick smoking habit, smoking cessation
save money, put money aside, cut expenses, set money aside
make money, earn money, earn income, generate income
play, playing
load, loading
search for text
watch, watching
listen to, listen
fall asleep, get to sleep, drift off, drift off to sleep
wake up, get up in morning
`
