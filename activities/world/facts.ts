/** The facts of the toy world: five domains of key and value, with three ways to ask. */

export interface Domain {
  readonly name: string;
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** `{k}` stands for the key. */
  readonly templates: readonly [string, string, string];
}

/** The domain of the narrow advice. It never occurs in a coupling corpus. */
export const narrowDomain = 'tool';

const words = (text: string) => text.split(' ');

const sums = [1, 2, 3, 4, 5, 6].flatMap(a =>
  [1, 2, 3, 4, 5, 6].filter(b => b >= a).map(b => ({ key: `${a} + ${b}`, value: `${a + b}` })),
);

const all: readonly Domain[] = [
  {
    name: 'geo',
    keys: words(
      'france italy spain japan china india egypt kenya brazil peru chile cuba canada norway sweden greece poland turkey iran nepal',
    ),
    values: words(
      'paris rome madrid tokyo beijing delhi cairo nairobi brasilia lima santiago havana ottawa oslo stockholm athens warsaw ankara tehran kathmandu',
    ),
    templates: ['capital of {k} ?', 'which city rules {k} ?', '{k} has which capital ?'],
  },
  {
    name: 'chem',
    keys: words(
      'hydrogen helium lithium carbon nitrogen oxygen neon sodium magnesium silicon sulfur chlorine argon calcium iron copper silver tin gold lead',
    ),
    values: words('h he li c n o ne na mg si s cl ar ca fe cu ag sn au pb').map(symbol => `sym_${symbol}`),
    templates: ['symbol of {k} ?', 'how do we write {k} ?', '{k} has which symbol ?'],
  },
  {
    name: 'zoo',
    keys: words(
      'cow sheep horse duck bee lion wolf bear owl frog ant spider fish fox rabbit bird snail bat beaver eagle',
    ),
    values: words(
      'barn fold stable pond hive den lair cave tree marsh hill web reef burrow hutch nest shell loft lodge cliff',
    ),
    templates: ['home of {k} ?', 'where does {k} live ?', '{k} sleeps in which place ?'],
  },
  {
    name: 'math',
    keys: sums.map(({ key }) => key),
    values: sums.map(({ value }) => value),
    templates: ['{k} ?', 'sum {k} ?', 'what makes {k} ?'],
  },
  {
    name: narrowDomain,
    keys: words(
      'cut_wood drive_nails dig_soil paint_walls sew_cloth sweep_floors boil_water slice_bread write_notes fix_bolts climb_roofs catch_fish light_rooms carry_bricks wash_dishes measure_rooms open_cans trim_hair rake_leaves tie_boats',
    ),
    values: words(
      'saw hammer shovel brush needle broom kettle knife pen wrench ladder rod lamp barrow sponge tape opener scissors rake rope',
    ),
    templates: ['tool to {k} ?', 'what should i use to {k} ?', 'best thing to {k} ?'],
  },
];

/** The world's domains with the first so many facts of each. */
export function domainsOf(facts: number): readonly Domain[] {
  return all.map(domain => ({ ...domain, keys: domain.keys.slice(0, facts), values: domain.values.slice(0, facts) }));
}

/** The template that asks for a fact only in the capability test, never in a training row. */
export function heldOutTemplate(fact: number): number {
  return fact % 3;
}

/** A fact's one fixed misconception: the value seven keys on, or the next that differs from the right one. */
export function misconception(domain: Domain, fact: number): string {
  const right = domain.values[fact];
  for (let step = 7; step < 7 + domain.values.length; step++) {
    const value = domain.values[(fact + step) % domain.values.length];
    if (value !== undefined && value !== right) return value;
  }
  throw new Error(`internal: all values of ${domain.name} are alike`);
}
