namespace PbxEvents.Journal;

/// <summary>Makes what opens the journals of a database. A store's assembly has one class of it.</summary>
internal interface IJournalServers
{
    /// <summary>What opens the journal of a database.</summary>
    ISharedStoreFactory Of(JournalServer server);
}
