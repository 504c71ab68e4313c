//! The invented tenant that all records speak of: its people, devices, applications,
//! policies and resources.
//!
//! Everything is drawn once from the seed, so that the same names come back in many
//! records, as they do in a real log. Addresses are from the blocks reserved for
//! documentation; application ids of Microsoft's own are the public ones, every other
//! id is made up.

use crate::random::Random;

/// One invented tenant.
#[derive(Debug)]
pub struct Tenant {
    /// The tenant's id.
    pub id: String,
    /// People; the first few are administrators.
    pub people: Vec<Person>,
    /// Applications of the tenant's own.
    pub applications: Vec<Application>,
    /// Names and ids of the conditional access policies.
    pub policies: Vec<(String, String)>,
    /// Subscription ids.
    pub subscriptions: Vec<String>,
    /// Ids of the directory groups.
    pub groups: Vec<(String, String)>,
}

/// A person with an account.
#[derive(Debug)]
pub struct Person {
    /// Object id.
    pub id: String,
    /// User principal name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// The address they usually come from.
    pub address: String,
    /// Their place.
    pub place: &'static Place,
    /// Their browser's text.
    pub user_agent: &'static str,
    /// Their device.
    pub device: Device,
    /// The ten digits that the older directory knows them by.
    pub puid: String,
}

/// A device joined to the tenant.
#[derive(Debug)]
pub struct Device {
    /// Device id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Operating system.
    pub system: &'static str,
    /// Browser.
    pub browser: &'static str,
}

/// An application of the tenant's own, with its service principal.
#[derive(Debug)]
pub struct Application {
    /// Object id of the application.
    pub object_id: String,
    /// Client id.
    pub app_id: String,
    /// Object id of the service principal.
    pub principal_id: String,
    /// Name.
    pub name: String,
    /// Id of its present credential.
    pub key_id: String,
    /// The address it comes from.
    pub address: String,
}

/// A place on the map as the sign-in log writes it.
#[derive(Debug)]
pub struct Place {
    /// City.
    pub city: &'static str,
    /// State or region.
    pub state: &'static str,
    /// Two-letter country.
    pub country: &'static str,
    /// Latitude.
    pub latitude: f64,
    /// Longitude.
    pub longitude: f64,
}

/// Client applications of Microsoft's own: name and public application id.
pub const CLIENTS: &[(&str, &str)] = &[
    ("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"),
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
    ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"),
    ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
    ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
    ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"),
    ("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e"),
    ("One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48"),
];

/// What is signed in to: name and public application id.
pub const RESOURCES: &[(&str, &str)] = &[
    ("Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
    ("Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
    ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
    ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
    ("Azure Storage", "e406a681-f3d4-42a8-90b6-c2b029497af1"),
];

const PLACES: &[Place] = &[
    Place { city: "Zurich", state: "Zurich", country: "CH", latitude: 47.37, longitude: 8.54 },
    Place { city: "Bern", state: "Bern", country: "CH", latitude: 46.95, longitude: 7.45 },
    Place { city: "Hamburg", state: "Hamburg", country: "DE", latitude: 53.55, longitude: 9.99 },
    Place { city: "Lyon", state: "Auvergne-Rhone-Alpes", country: "FR", latitude: 45.76, longitude: 4.84 },
    Place { city: "Chicago", state: "Illinois", country: "US", latitude: 41.88, longitude: -87.63 },
    Place { city: "Tokyo", state: "Tokyo", country: "JP", latitude: 35.69, longitude: 139.69 },
];

/// User agent, operating system, browser.
const BROWSERS: &[(&str, &str, &str)] = &[
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Windows 10",
        "Chrome 131.0.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        "Windows 11",
        "Edge 131.0.0",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
        "MacOs",
        "Safari 18.1",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "Ios 18.1",
        "Mobile Safari",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Linux", "Firefox 132.0"),
];

const FIRST_NAMES: &[&str] = &[
    "Ada", "Beat", "Chloé", "Dario", "Elena", "Fritz", "Grace", "Hanna", "Ivo", "Jürg", "Karin", "Luca", "Mia", "Nils",
    "Olga", "Paul", "Quinn", "Rosa", "Sven", "Tess", "Ueli", "Vera", "Walter", "Yuki", "Zoe",
];

const LAST_NAMES: &[&str] = &[
    "Keller", "Meier", "Example", "Rossi", "Tanaka", "Novak", "Dubois", "Schmid", "Garcia", "Olsen", "Baumann",
    "Weber", "Fischer", "Brunner", "Lang", "Moreau", "Silva", "Kowalski", "Berg", "Hofer",
];

const APPLICATION_NAMES: &[&str] = &[
    "Invoice Sync",
    "Deploy Robot",
    "Payroll Bridge",
    "Ticket Mirror",
    "Print Gateway",
    "Badge Printer",
    "Warehouse Feed",
    "Newsletter",
    "Meeting Rooms",
    "Fleet Tracker",
    "Backup Agent",
    "Report Builder",
    "Survey Tool",
    "Label Maker",
    "Stock Watch",
    "Price Crawler",
    "Travel Desk",
    "Canteen Menu",
    "Key Locker",
    "Lab Journal",
];

const POLICY_NAMES: &[&str] = &[
    "Require multifactor authentication for all users",
    "Require compliant device for Office 365",
    "Block sign-in from unmanaged countries",
    "Sign-in frequency for administrators",
    "Terms of use",
    "Require approved client app on phones",
];

impl Tenant {
    /// The tenant that belongs to this seed.
    pub fn new(seed: u64) -> Tenant {
        let random = &mut Random::new(seed ^ 0x7e4a_4e57);
        Tenant {
            id: "77777777-7777-7777-7777-777777777777".to_owned(),
            people: (0..400).map(|number| person(random, number)).collect(),
            applications: (0..60).map(|number| application(random, number)).collect(),
            policies: POLICY_NAMES.iter().map(|name| ((*name).to_owned(), random.guid())).collect(),
            subscriptions: (0..4).map(|_| random.guid()).collect(),
            groups: (0..40).map(|number| (format!("Team {number:02}"), random.guid())).collect(),
        }
    }

    /// One of the tenant's people.
    pub fn any_person(&self, random: &mut Random) -> &Person {
        random.pick(&self.people)
    }

    /// One of the few who administer the tenant.
    pub fn any_administrator(&self, random: &mut Random) -> &Person {
        random.pick(&self.people[..8])
    }

    /// One of the tenant's applications.
    pub fn any_application(&self, random: &mut Random) -> &Application {
        random.pick(&self.applications)
    }
}

fn person(random: &mut Random, number: usize) -> Person {
    let first = random.pick(FIRST_NAMES);
    let last = random.pick(LAST_NAMES);
    let account = first.to_lowercase().replace('é', "e").replace('ü', "ue");
    let (user_agent, system, browser) = *random.pick(BROWSERS);
    let address = match random.below(10) {
        0 => format!("2001:db8:{:x}:{:x}::{:x}", random.below(65536), random.below(65536), random.below(65536)),
        even if even % 2 == 0 => format!("203.0.113.{}", random.below(254) + 1),
        _ => format!("198.51.100.{}", random.below(254) + 1),
    };
    Person {
        id: random.guid(),
        name: format!("{account}.{}{number}@contoso.example", last.to_lowercase()),
        display_name: format!("{first} {last}"),
        address,
        place: random.pick(PLACES),
        user_agent,
        device: Device {
            id: random.guid(),
            name: format!("{}-{number:04}", if system.starts_with("Win") { "PC" } else { "MOB" }),
            system,
            browser,
        },
        puid: format!("10032000{:08X}", random.below(1 << 32)),
    }
}

fn application(random: &mut Random, number: usize) -> Application {
    let name = APPLICATION_NAMES[number % APPLICATION_NAMES.len()];
    Application {
        object_id: random.guid(),
        app_id: random.guid(),
        principal_id: random.guid(),
        name: if number < APPLICATION_NAMES.len() { name.to_owned() } else { format!("{name} {number}") },
        key_id: random.guid(),
        address: format!("198.51.100.{}", random.below(254) + 1),
    }
}
