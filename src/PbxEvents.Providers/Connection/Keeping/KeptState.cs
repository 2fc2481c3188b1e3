namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>What the file of <c>-StatePath</c> holds: what the next process has to know to go on where this one stops. Immutable.</summary>
internal sealed record KeptState
{
    /// <summary>The form of the file that this version writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The form of the file.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The platform.</summary>
    public required string Provider { get; init; }

    /// <summary>Host and port, as people read them.</summary>
    public required string Server { get; init; }

    /// <summary>Whose events they were; see <see cref="Contracts.PlatformDriver.Account"/>.</summary>
    public required string Account { get; init; }

    /// <summary>Up to here everything was seen or told: the beginning of the oldest gap that is still to be filled, else <see cref="SeenUntil"/>.</summary>
    public required DateTimeOffset WholeUntil { get; init; }

    /// <summary>The last sign of life of the platform before which everything had been handled.</summary>
    public required DateTimeOffset SeenUntil { get; init; }

    /// <summary>The calls told as ended that call records may still speak of, oldest first.</summary>
    public required IReadOnlyList<ToldCall> Told { get; init; }

    /// <summary>The calls in progress.</summary>
    public required IReadOnlyList<KeptCall> Open { get; init; }

    /// <summary>What the platform's driver wants to find again.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>False for a file whose members are there and hold nothing: nobody but a stranger's hand writes that.</summary>
    internal bool IsComplete => Told is not null && Open is not null && Keys is not null && !Told.Any(t => t?.Id is null)
        && Open.All(c => c is { CallId: not null, Legs: not null } && !c.Legs.Any(l => l?.LegId is null)) && !Keys.Values.Any(v => v is null);

    /// <summary>What it is, and nothing of what it holds: there may be tokens in it.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"state of {WholeUntil.ToLocalTime():yyyy-MM-dd HH:mm:ss}, {Told.Count} calls told, {Open.Count} open";
}

/// <summary>A call that was told as ended.</summary>
/// <param name="Id">The call.</param>
/// <param name="At">When it was told, by this machine's clock.</param>
internal sealed record ToldCall(string Id, DateTimeOffset At);
