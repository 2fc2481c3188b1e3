using PbxEvents.Notify.Tickets;

namespace PbxEvents.Tests.Unit.Tickets;

/// <summary>What desks are told in tests.</summary>
internal static class Notes
{
    public static readonly DateTimeOffset At = new(2026, 3, 1, 9, 5, 7, TimeSpan.FromHours(1));

    /// <summary>A missed call of Ada.</summary>
    /// <param name="call">Its number.</param>
    public static TicketNote Of(int call = 1) => new()
    {
        CallKey = $"pbxcall{call:x24}",
        CallerKey = "pbxfrom0000000000000000000000ff",
        Number = "+4511111111",
        CallerName = "Ada",
        Subject = "Missed call from Ada +4511111111",
        Text = "Caller: Ada <b>{{x}}</b>\n[code]{noformat}",
        At = At,
    };
}
