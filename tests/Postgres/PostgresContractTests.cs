using PbxEvents.Tests.Contract;

namespace PbxEvents.Tests.Postgres;

/// <summary>Reactions of a journal in a database.</summary>
public sealed class PostgresReactionTests(SharedServer server) : ReactionContract(server.MakeHome()), IClassFixture<SharedServer>;

/// <summary>Events of a journal in a database.</summary>
public sealed class PostgresEventTests(SharedServer server) : EventContract(server.MakeHome()), IClassFixture<SharedServer>;
