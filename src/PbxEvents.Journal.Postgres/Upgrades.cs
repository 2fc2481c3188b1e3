using System.Globalization;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>Brings a database's journal to the present form: forward only, step by step, all of it or nothing.</summary>
internal static class Upgrades
{
    private const string MakeSchema = "create schema pbxevents;";

    /// <summary>The statements of each step; the first makes a journal.</summary>
    private static readonly string[] All = [Read(1)];

    /// <summary>Takes the steps that are left.</summary>
    /// <param name="database">The database.</param>
    /// <param name="isReadOnly">True to look only.</param>
    /// <exception cref="PbxException">It is too new, or the user may not make it.</exception>
    public static void Run(PostgresDatabase database, bool isReadOnly)
    {
        using var connection = database.Open();
        var (form, minReader) = FormOf(connection);
        if (form > All.Length && !(isReadOnly && minReader <= All.Length))
            throw JournalFaults.TooNew(database.Address, form, minReader <= All.Length);
        if (form >= All.Length)
            return;
        if (isReadOnly)
            throw JournalFaults.Failed(database.Address, "There is no journal in it.");
        try
        {
            using var transaction = connection.BeginTransaction();
            connection.Run($"select pg_advisory_xact_lock({Locks.Journal}, {Locks.Upgrade})");

            // Another may have been quicker.
            (form, _) = FormOf(connection);
            if (form < All.Length)
                connection.Run(ToSql(connection, form));
            transaction.Commit();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var user = (string)connection.One("select quote_ident(current_user)")!;
            throw PostgresFaults.NoSchema(database.Address, e.MessageText, $"""
                begin;
                {ToSql(connection, form)}
                grant usage on schema pbxevents to {user};
                grant select, insert, update, delete on all tables in schema pbxevents to {user};
                commit;
                """);
        }
    }

    private static string ToSql(NpgsqlConnection connection, long form)
    {
        var steps = string.Join('\n', All.Skip((int)form)) + string.Create(CultureInfo.InvariantCulture, $"\nupdate pbxevents.journal set form = {All.Length};");
        return (bool)connection.One("select to_regnamespace('pbxevents') is null")! ? $"{MakeSchema}\n{steps}" : steps;
    }

    private static (long Form, long MinReader) FormOf(NpgsqlConnection connection) =>
        (bool)connection.One("select to_regclass('pbxevents.journal') is null")! ? (0, 0)
            : connection.First("select form, min_reader from pbxevents.journal", r => Tuple.Create((long)r.GetInt32(0), (long)r.GetInt32(1))) is { } found ? (found.Item1, found.Item2)
            : (0, 0);

    private static string Read(int step)
    {
        using var stream = typeof(Upgrades).Assembly.GetManifestResourceStream(step.ToString(CultureInfo.InvariantCulture) + ".sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
