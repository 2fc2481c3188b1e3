namespace PbxEvents.Journal.Postgres;

/// <summary>The numbers of the advisory locks: of a session, or of a transaction. They end with it, however it ends.</summary>
internal static class Locks
{
    /// <summary>The first number of the locks of the journal itself.</summary>
    public const int Journal = 0x5042_0000;

    /// <summary>Who appends: numbers and commits have one order.</summary>
    public const int Append = 0;

    /// <summary>Who brings the journal to the present form.</summary>
    public const int Upgrade = 1;

    /// <summary>Who drops old events.</summary>
    public const int Trim = 2;

    /// <summary>In the locks of a reaction, behind its parts: all who run it share it, who forgets it has it alone.</summary>
    public const int Presence = Part.Count;

    /// <summary>The first number of the locks of connections; the second is <see cref="OfConnection"/>.</summary>
    public const int Standby = Journal - 1;

    /// <summary>The first number of the locks of a reaction; the second is a part.</summary>
    public static int Of(int reaction) => Journal + reaction;

    /// <summary>The second number of the lock of a connection.</summary>
    public static int OfConnection(string name) => unchecked((int)Fnv.Of(name.ToUpperInvariant()));
}
