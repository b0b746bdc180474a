//! What had to be assumed to grade a patient's table.

/// Something that was assumed or set aside while a table was read; a flag in the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// Something was written down twice for one time; the worse counts.
    Twice,
    /// No row speaks of vasopressors: taken as none.
    NoPressorRows,
    /// No row speaks of fluids for pressure: taken as none.
    NoFluidRows,
    /// Before the first row of an oxygen device: taken as room air.
    RoomAirBeforeFirstDevice,
    /// The device is no more than the patient uses at home: taken as room air.
    BaselineDevice,
    /// The ventilator protects the airway only: taken as room air.
    AirwayProtection,
    /// Another cause explains a sign: taken as normal.
    OtherCause,
    /// The rate of a vasopressor is not known.
    RateUnknown,
    /// Norepinephrine without a word on base or tartrate, at a dose where it matters: taken as base.
    TakenAsBase,
    /// No row says when the infusion was: times count from the first row.
    InfusionUnknown,
    /// A bolus still counts as fluids given for pressure: for how long is a convention.
    BolusHeld,
    /// Before the infusion: what looks like the syndrome has another cause, and is set aside.
    BeforeInfusion,
    /// The episode began more than 14 days after the infusion, which needs another look at its cause.
    LateOnset,
}

/// A set of [`Remark`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remarks(u16);

impl Remark {
    /// All, in the order in which they are told.
    pub const ALL: [Remark; 13] = [
        Remark::Twice,
        Remark::NoPressorRows,
        Remark::NoFluidRows,
        Remark::RoomAirBeforeFirstDevice,
        Remark::BaselineDevice,
        Remark::AirwayProtection,
        Remark::OtherCause,
        Remark::RateUnknown,
        Remark::TakenAsBase,
        Remark::InfusionUnknown,
        Remark::BolusHeld,
        Remark::BeforeInfusion,
        Remark::LateOnset,
    ];

    /// Its name among the flags of a course.
    pub fn name(self) -> &'static str {
        match self {
            Remark::Twice => "same-time-twice",
            Remark::NoPressorRows => "no-vasopressor-rows",
            Remark::NoFluidRows => "no-fluid-rows",
            Remark::RoomAirBeforeFirstDevice => "room-air-before-first-device",
            Remark::BaselineDevice => "baseline-device",
            Remark::AirwayProtection => "airway-protection",
            Remark::OtherCause => "other-cause",
            Remark::RateUnknown => "vasopressor-rate-unknown",
            Remark::TakenAsBase => "norepinephrine-taken-as-base",
            Remark::InfusionUnknown => "time-from-first-row",
            Remark::BolusHeld => "bolus-still-counts",
            Remark::BeforeInfusion => "before-infusion",
            Remark::LateOnset => "late-onset",
        }
    }
}

impl Remarks {
    /// None.
    pub const NONE: Remarks = Remarks(0);

    /// Adds one.
    pub fn add(&mut self, remark: Remark) {
        self.0 |= 1 << remark as u16;
    }

    /// Adds one if something is so.
    pub fn add_if(&mut self, so: bool, remark: Remark) {
        if so {
            self.add(remark);
        }
    }

    /// Whether it is in the set.
    pub fn has(self, remark: Remark) -> bool {
        self.0 >> remark as u16 & 1 == 1
    }

    /// All in the set.
    pub fn iter(self) -> impl Iterator<Item = Remark> {
        Remark::ALL.into_iter().filter(move |remark| self.has(*remark))
    }
}
