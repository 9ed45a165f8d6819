/** The handbook of a shop that lends outdoor gear: five pages on each of twelve things, sixty in all. */
const gear = [
  { id: 'tent', name: 'tent', price: 14, deposit: 60, late: 9, hours: 48, wash: 'a sponge and cold water' },
  { id: 'kayak', name: 'kayak', price: 38, deposit: 150, late: 25, hours: 24, wash: 'fresh water after each trip' },
  { id: 'stove', name: 'camping stove', price: 6, deposit: 25, late: 4, hours: 72, wash: 'a dry brush' },
  {
    id: 'bike',
    name: 'mountain bike',
    price: 32,
    deposit: 200,
    late: 20,
    hours: 24,
    wash: 'a bucket, never a pressure washer',
  },
  { id: 'ski', name: 'pair of touring skis', price: 27, deposit: 120, late: 18, hours: 36, wash: 'a soft cloth' },
  { id: 'rope', name: 'climbing rope', price: 5, deposit: 40, late: 3, hours: 96, wash: 'lukewarm water without soap' },
  { id: 'helmet', name: 'helmet', price: 4, deposit: 15, late: 2, hours: 96, wash: 'mild soap' },
  { id: 'sled', name: 'dog sled', price: 55, deposit: 300, late: 40, hours: 12, wash: 'a broom' },
  { id: 'radio', name: 'two-way radio', price: 8, deposit: 80, late: 7, hours: 60, wash: 'a damp cloth' },
  { id: 'canoe', name: 'canoe', price: 44, deposit: 180, late: 30, hours: 18, wash: 'a hose with little pressure' },
  { id: 'axe', name: 'ice axe', price: 7, deposit: 35, late: 5, hours: 72, wash: 'an oiled rag' },
  { id: 'trailer', name: 'bicycle trailer', price: 19, deposit: 90, late: 13, hours: 30, wash: 'a garden hose' },
]

const pages = {
  price: ({ price }) =>
    `Renting it is paid by the day. Members and guests pay the same. A day costs ${price} euros, and the seventh is free.`,
  deposit: ({ deposit }) =>
    `The deposit is taken from the card at the pick-up. The amount is ${deposit} euros. It comes back within three days.`,
  late: ({ late }) =>
    `For a late return, call us on the way: we wait an hour. Then each started day is ${late} euros more.`,
  booking: ({ hours }) =>
    `The calendar shows what is free. You can cancel a booking without cost until ${hours} hours before. Later it is half of the first day.`,
  care: ({ wash }) =>
    `Bring it back as you would like to find it. For cleaning we use ${wash}. Heavy dirt costs a flat fee.`,
}

export const documents = gear.flatMap((thing) =>
  Object.entries(pages).map(([page, write]) => ({
    id: `${thing.id}-${page}`,
    text: `About our ${thing.name}. ${write(thing)}`,
  })),
)
