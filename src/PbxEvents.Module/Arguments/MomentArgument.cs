using System.Globalization;
using System.Management.Automation;

namespace PbxEvents.Module.Arguments;

/// <summary>
/// What <c>-Since</c> and <c>-Until</c> of a past time take: a date and time, a time span (so long ago), <c>today</c> or <c>yesterday</c> (their
/// beginning, by this machine's clock). A call or an event
/// stands for when the call began. PowerShell makes one of each by itself. Immutable.
/// </summary>
public sealed class MomentArgument
{
    /// <summary>Takes that moment.</summary>
    /// <param name="moment">The moment.</param>
    public MomentArgument(DateTimeOffset moment) => Moment = moment;

    /// <summary>Takes that moment.</summary>
    /// <param name="moment">The moment; local unless it says otherwise.</param>
    public MomentArgument(DateTime moment) => Moment = moment;

    /// <summary>Takes the moment at which a call began.</summary>
    /// <param name="call">The call.</param>
    public MomentArgument(PbxCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Moment = call.StartedAt;
    }

    /// <summary>Takes the moment at which an event's call began, of an event without one when it happened.</summary>
    /// <param name="pbxEvent">The event.</param>
    public MomentArgument(PbxEvent pbxEvent)
    {
        ArgumentNullException.ThrowIfNull(pbxEvent);
        Moment = pbxEvent.Call?.StartedAt ?? pbxEvent.Time;
    }

    /// <summary>Takes the moment so long ago.</summary>
    /// <param name="ago">How long.</param>
    public MomentArgument(TimeSpan ago) => Moment = DateTimeOffset.Now - ago.Duration();

    /// <summary>Takes a word, a span or a date.</summary>
    /// <param name="text"><c>today</c>, <c>yesterday</c>, a span such as <c>2:00</c>, or a date in any form that PowerShell reads.</param>
    public MomentArgument(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        Moment = text.ToUpperInvariant() switch
        {
            "TODAY" => DateTime.Today,
            "YESTERDAY" => DateTime.Today.AddDays(-1),
            _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var ago) => DateTimeOffset.Now - ago.Duration(),
            _ when DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out var local) => local,
            _ when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var plain) => plain,
            _ => throw new PSInvalidCastException($"'{text}' is not a date, a time span, 'today' or 'yesterday'."),
        };
    }

    /// <summary>The moment.</summary>
    public DateTimeOffset Moment { get; }

    /// <summary>The moment.</summary>
    /// <returns>Date and time.</returns>
    public override string ToString() => Moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
