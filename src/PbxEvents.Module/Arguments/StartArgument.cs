using System.Globalization;

namespace PbxEvents.Module.Arguments;

/// <summary>What <c>-StartAt</c> takes: <c>Now</c>, <c>Oldest</c>, or what <see cref="MomentArgument"/> takes. Immutable.</summary>
public sealed class StartArgument
{
    /// <summary>Takes that moment.</summary>
    /// <param name="moment">The moment.</param>
    public StartArgument(DateTimeOffset moment) => Moment = moment;

    /// <summary>Takes that moment.</summary>
    /// <param name="moment">The moment; local unless it says otherwise.</param>
    public StartArgument(DateTime moment) => Moment = moment;

    /// <summary>Takes the moment so long ago.</summary>
    /// <param name="ago">How long.</param>
    public StartArgument(TimeSpan ago) => Moment = new MomentArgument(ago).Moment;

    /// <summary>Takes a word, a span or a date.</summary>
    /// <param name="text"><c>Now</c>, <c>Oldest</c>, <c>today</c>, <c>yesterday</c>, a span or a date.</param>
    public StartArgument(string text)
    {
        IsOldest = "Oldest".Equals(text, StringComparison.OrdinalIgnoreCase);
        if (!IsOldest && !"Now".Equals(text, StringComparison.OrdinalIgnoreCase))
            Moment = new MomentArgument(text).Moment;
    }

    /// <summary>True for the oldest event that the journal holds.</summary>
    public bool IsOldest { get; }

    /// <summary>The moment; null for now and for the oldest event.</summary>
    public DateTimeOffset? Moment { get; }

    /// <summary>The word or the moment.</summary>
    /// <returns>Text.</returns>
    public override string ToString() => IsOldest ? "Oldest" : Moment?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "Now";
}
