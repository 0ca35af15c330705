const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Words that name a thing when they begin with a capital and another when they do not. */
export const doubleNamed = words(`
turkey china chilly jordan guinea georgia jersey nice reading bath cork sandwich deal hull wells battle cologne bordeaux champagne march
may polish turk mobile job mark luke john acts apple amazon window word meta target gap visa oracle orange shell ford buffalo dove sprint
subway discord slack signal notion edge safari opera bard gemini claude prince mustang jaguar puma mercury phoenix galaxy tide mint virgin
caterpillar nest square stripe team chase ally tinder bumble hinge patch indeed bolt blackberry sonic steam epic twitch java go swift rust
ruby python basic ada dart elixir crystal scratch spark storm express spring rail flask bottle falcon react lead queen bush king chad rose
will bill grant frank jack rich cook gate rob pat sue dean miles mike nick art gene grace hope faith joy dawn daisy lily violet iris ivy
jasmine heather holly amber pearl jade penny carol christian guy max ray robin drew wade pierce hunter mason carter cooper parker taylor
baker smith potter fisher miller wood stone banks rivers brooks hill bell church knight bishop drake west cash love cruise hardy bond wolf
fox hawk crane chili yes friend house castle police cream rush doors eagle cat hair rent grease heat drive
democratic republican liberal conservative labour labor union crown cab`)

/** Words that are another thing in capitals: "AIDS", "a PET scan", "REST". */
export const capitalWords = words(`
AIDS ACT SAT CAT PET REST SOAP RAM STEM ERA ACID BASIC SOLID DRY MEAN LAMP CRUD SMART DARE SWAT SAD BAT LAP RAP DOT ARM CAP TIP AIM ACE RICE SALT WASP SIP COD MASH SEAL TEAM BEAM`)

/** There is one of each, so that an article makes no other thing of it: "Earth", "the earth". */
export const single = words(`earth moon sun internet web`)

/** What letters tell apart: "vitamin A", "type A". */
export const labelled =
  "vitamin|hepatitis|influenza|flu|h(?:a)?emophilia|type|plan|grade|group|point|class|schedule|section|appendix|exhibit|option|part|team|level|serie|series|category|form|model|side|line|set|node|event|party|person|variable|matrix|angle|vertex|player|company|choice|answer|letter|column|row|zone|block|building|unit|phase"

/** Beside these a letter is a sign, and a capital is another one ("G" and "g" in physics). */
export const symbolTalk = words(`
symbol signify mean means stand represent physics chemistry unit letter variable constant formula equation statistics notation math mathematics alphabet`)
