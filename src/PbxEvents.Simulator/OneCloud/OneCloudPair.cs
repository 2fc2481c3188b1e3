namespace PbxEvents.Simulator.OneCloud;

/// <summary>One end of a leg pair. Immutable.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IsOutside">True beyond a trunk.</param>
/// <param name="Extension">Its extension; empty for an outside party and for a queue.</param>
/// <param name="Name">Its name.</param>
internal sealed record OneCloudParty(string Number, bool IsOutside, string Extension, string Name = "");

/// <summary>A pair of legs, which is what a record speaks of. Immutable.</summary>
/// <param name="Origin">The id of the calling leg.</param>
/// <param name="Term">The id of the called leg.</param>
/// <param name="From">Who calls.</param>
/// <param name="To">Who is called by this pair.</param>
/// <param name="Dialled">The number that was dialled.</param>
internal sealed record OneCloudPair(string Origin, string Term, OneCloudParty From, OneCloudParty To, string Dialled)
{
    /// <summary>True when the caller is connected, to this leg or another.</summary>
    public bool IsOrigActive { get; init; }

    /// <summary>When the called leg was answered; null when it was not.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>True when the pair is gone.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>Why it was made or moved; empty for no reason.</summary>
    public string ByAction { get; init; } = "";

    /// <summary>The leg that caused it; empty for none.</summary>
    public string ByCallId { get; init; } = "";

    /// <summary>The extension that caused it; empty for none.</summary>
    public string BySub { get; init; } = "";

    /// <summary>The called leg's URI when it is not made of its number.</summary>
    public string? TermUri { get; init; }
}
