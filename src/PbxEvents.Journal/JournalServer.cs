namespace PbxEvents.Journal;

/// <summary>A database on a server, and how to get to it. Immutable.</summary>
internal sealed record JournalServer
{
    /// <summary>The server's name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port. Default 5432.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The user; null for the system's user.</summary>
    public string? User { get; init; }

    /// <summary>The password; null for none.</summary>
    public Secret? Password { get; init; }

    /// <summary>How much of the server is proven before anything is told to it.</summary>
    public PbxSslMode SslMode { get; init; } = PbxSslMode.VerifyFull;

    /// <summary>The folder for what a listener keeps on its own machine.</summary>
    public required string Folder { get; init; }

    /// <summary>Server and database, as a person reads it.</summary>
    public string Address => Port == 5432 ? $"{Host}/{Database}" : $"{Host}:{Port}/{Database}";
}
