use referral_exchange::store::sequence::Sequencing;
use referral_exchange::domain::ids::TeamId;
pub async fn case(mut tx: Sequencing, team: TeamId) {
    let _ = tx.advance_team(team, 1).await; //~ E0599
    //= let _ = (tx.log_size().await, team);
    let _ = tx.commit().await;
}
