using PbxEvents.Tests.Contract;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>Reactions of a journal in a file.</summary>
public sealed class SqliteReactionTests() : ReactionContract(new JournalFolder());

/// <summary>Events of a journal in a file.</summary>
public sealed class SqliteEventTests() : EventContract(new JournalFolder());
