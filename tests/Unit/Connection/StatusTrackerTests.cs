using System.Text;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class StatusTrackerTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly StatusTracker _tracker = new(new Dictionary<string, IReadOnlyList<string>> { ["changed"] = ["body.state", "note"] });

    private void Tell(PbxCategory category, string name, int minute, string? extension = "101", bool? isRegistered = null, string json = "", PbxGap? gap = null) =>
        _tracker.Apply(new PbxEvent
        {
            Category = category,
            Name = name,
            Extension = extension,
            IsRegistered = isRegistered,
            Time = Start.AddMinutes(minute),
            Payload = Encoding.UTF8.GetBytes(json),
            Gap = gap,
        });

    private void TellGap(int minute, PbxGapRecovery recovery) => Tell(PbxCategory.Connection, "Gap", minute, null, gap: new PbxGap
    {
        From = Start,
        To = Start.AddMinutes(minute),
        Reason = PbxGapReason.LinkLost,
        Recovery = recovery,
    });

    [Fact]
    public void The_word_for_a_presence_is_found_where_the_platform_has_it()
    {
        Tell(PbxCategory.Presence, "changed", 0, json: """{"body":{"state":"Busy"}}""");
        Tell(PbxCategory.Presence, "changed", 0, "102", json: """{"note":"LUNCH"}""");
        Tell(PbxCategory.Presence, "changed", 0, "103", json: """{"body":"odd"}""");
        Tell(PbxCategory.Presence, "changed", 0, "104", json: "no json");
        Tell(PbxCategory.Presence, "other", 0, "105", json: """{"note":"LUNCH"}""");
        Assert.Equal(["101 Busy", "102 LUNCH"], _tracker.GetPresence().Select(p => p.ToString()));
    }

    [Fact]
    public void A_state_that_is_told_again_goes_on_and_another_one_begins()
    {
        Tell(PbxCategory.Registration, "on", 0, isRegistered: true);
        Tell(PbxCategory.Registration, "again", 5, isRegistered: true);
        Assert.Equal((Start, "again"), (_tracker.GetRegistrations()[0].Since, _tracker.GetRegistrations()[0].LastEvent));
        Tell(PbxCategory.Registration, "off", 6, isRegistered: false);
        Assert.Equal((Start.AddMinutes(6), false), (_tracker.GetRegistrations()[0].Since, _tracker.GetRegistrations()[0].IsRegistered));
    }

    [Fact]
    public void After_a_gap_nothing_is_sure_until_it_is_told_again()
    {
        Tell(PbxCategory.Registration, "on", 0, isRegistered: true);
        Tell(PbxCategory.Presence, "changed", 0, json: """{"note":"LUNCH"}""");
        TellGap(1, PbxGapRecovery.Recovered);
        Assert.False(_tracker.GetRegistrations()[0].IsStale);
        TellGap(2, PbxGapRecovery.Lost);
        Assert.True(_tracker.GetRegistrations()[0].IsStale);
        Assert.True(_tracker.GetPresence()[0].IsStale);
        Tell(PbxCategory.Registration, "on", 3, isRegistered: true);
        Assert.Equal((false, Start.AddMinutes(3)), (_tracker.GetRegistrations()[0].IsStale, _tracker.GetRegistrations()[0].Since));
    }
}
