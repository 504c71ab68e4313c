//! Sorting more than memory holds.

use entward_connect::spool::Spool;

use crate::reading::Dice;

#[test]
fn items_come_back_sorted_from_memory_and_from_disk() {
    for budget in [100, 5000, 10_000_000] {
        let mut dice = Dice(7);
        let mut spool: Spool<(u32, u64), String> = Spool::new(budget);
        let mut expected = Vec::new();
        for number in 0..2000_u64 {
            let key = (dice.roll(50) as u32, number);
            let item = "x".repeat(dice.roll(100));
            spool.push(key, &item).unwrap();
            expected.push((key, item));
        }
        expected.sort();
        assert_eq!(spool.bytes_on_disk() > 0, budget < 10_000_000);
        let sorted: Vec<_> = spool.into_sorted().unwrap().map(Result::unwrap).collect();
        assert_eq!(sorted, expected, "budget {budget}");
    }
}

#[test]
fn equal_keys_keep_the_order_in_which_they_came() {
    let mut spool: Spool<u8, u32> = Spool::new(300);
    for number in 0..1000 {
        spool.push((number % 3) as u8, &number).unwrap();
    }
    let sorted: Vec<(u8, u32)> = spool.into_sorted().unwrap().map(Result::unwrap).collect();
    assert_eq!(sorted.len(), 1000);
    assert!(sorted.is_sorted());
}

#[test]
fn items_larger_than_what_is_read_ahead_come_back() {
    let mut spool: Spool<u8, String> = Spool::new(1000);
    for number in (0..5).rev() {
        spool.push(number, &"y".repeat(200_000 + usize::from(number))).unwrap();
    }
    let lengths: Vec<usize> = spool.into_sorted().unwrap().map(|item| item.unwrap().1.len()).collect();
    assert_eq!(lengths, [200_000, 200_001, 200_002, 200_003, 200_004]);
}

#[test]
fn an_empty_spool_gives_nothing() {
    assert!(Spool::<u8, u8>::new(10).into_sorted().unwrap().next().is_none());
}
