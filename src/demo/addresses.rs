//! Where the made-up people's mail goes: each agency's administrator says so, as in life. All are under `.example`, which no
//! mail can reach.

use super::{DemoPerson, NEXT_CODE, SettableClock};
use crate::{
    app::{App, Error, Founder},
    domain::{mailing::MailAddress, role::Role},
};

/// Gives the people of those agencies that have an administrator an address each.
pub(super) async fn give(app: &App, clock: &SettableClock, people: &[DemoPerson]) -> Result<(), Error> {
    for administrator in people.iter().filter(|person| person.role == Role::AgencyAdministrator) {
        clock.advance(NEXT_CODE);
        let (caller, _) = administrator.sign_in(app).await?;
        let founder = Founder::Caller(&caller);
        for person in people.iter().filter(|person| person.agency == administrator.agency) {
            let address = MailAddress::parse(&format!("{}@agency.example", person.username));
            let address = address.map_err(|error| Error::Configuration(error.to_string()))?;
            app.set_mailbox_of(&app.request(None), &founder, (caller.agency(), person.user), &address).await?;
        }
        app.sign_out(&app.request(None), &caller).await?;
    }
    clock.advance(NEXT_CODE);
    Ok(())
}
