using Npgsql;
using NpgsqlTypes;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Postgres;

/// <summary>The columns of an event, in one order for writing and reading.</summary>
internal static class EventTable
{
    /// <summary>What a reader takes.</summary>
    public const string Columns = "seq, run, run_seq, event_id, received, time, category, name, call_state, outcome, flags, "
        + "call_id, leg_id, caller, callee, extension, extension_name, queue, queue_name, tenant, topic, first_seq, raw, call, gap, error";

    /// <summary>How many events share a row of the table block.</summary>
    public const int BlockSize = 1024;

    /// <summary>Adds events.</summary>
    public const string Copy = $"copy pbxevents.event({Columns}, part_call, part_extension, part_caller) from stdin (format binary)";

    /// <summary>Writes one.</summary>
    /// <param name="row">Where.</param>
    /// <param name="e">The event, as its origin has it.</param>
    /// <param name="seq">Its number here.</param>
    /// <param name="firstSeq">The number here of its call's first event.</param>
    /// <param name="runId">The number here of its run.</param>
    /// <param name="run">Its run.</param>
    public static void Write(NpgsqlBinaryImporter row, EventRecord e, long seq, long? firstSeq, long runId, JournalRun run)
    {
        row.StartRow();
        row.Write(seq, NpgsqlDbType.Bigint);
        row.Write(runId, NpgsqlDbType.Bigint);
        row.Write(e.RunSeq, NpgsqlDbType.Bigint);
        Text(e.EventId);
        row.Write(e.Received, NpgsqlDbType.Bigint);
        row.Write(e.Time, NpgsqlDbType.Bigint);
        row.Write((int)e.Category, NpgsqlDbType.Integer);
        Text(e.Name);
        Number((int?)e.CallState);
        Number((int?)e.Outcome);
        row.Write((int)e.Flags, NpgsqlDbType.Integer);
        foreach (var text in (ReadOnlySpan<string?>)[e.CallId, e.LegId, e.From, e.To, e.Extension, e.ExtensionName, e.Queue, e.QueueName, e.Tenant, e.Topic])
            Text(text);
        if (firstSeq is { } first)
            row.Write(first, NpgsqlDbType.Bigint);
        else
            row.WriteNull();
        row.Write(e.Raw, NpgsqlDbType.Bytea);
        Bytes(e.Call);
        Bytes(e.Gap);
        Bytes(e.Error);
        var call = EventMapping.ToCall(e, run);
        foreach (var order in (ReadOnlySpan<PbxOrderBy>)[PbxOrderBy.Call, PbxOrderBy.Extension, PbxOrderBy.Caller])
            row.Write(PartOf(order), NpgsqlDbType.Smallint);

        // By its texts as they are read again.
        short PartOf(PbxOrderBy order) => Part.Of(
            ReactionOptions.OrderKeyOf(order, Commands.Clean(run.Connection)!, Commands.Clean(e.CallId), Commands.Clean(e.Extension), Commands.Clean(e.Queue), call), seq);

        void Text(string? text)
        {
            if (text is null)
                row.WriteNull();
            else
                row.Write(Commands.Clean(text)!, NpgsqlDbType.Text);
        }

        void Number(int? number)
        {
            if (number is { } n)
                row.Write(n, NpgsqlDbType.Integer);
            else
                row.WriteNull();
        }

        void Bytes(byte[]? bytes)
        {
            if (bytes is null)
                row.WriteNull();
            else
                row.Write(bytes, NpgsqlDbType.Bytea);
        }
    }

    /// <summary>Reads one.</summary>
    /// <param name="row">The row.</param>
    /// <param name="at">The column of its number.</param>
    public static EventRecord Read(NpgsqlDataReader row, int at = 0) => new()
    {
        Seq = row.GetInt64(at),
        Run = row.GetInt64(at + 1),
        RunSeq = row.GetInt64(at + 2),
        EventId = row.GetString(at + 3),
        Received = row.GetInt64(at + 4),
        Time = row.GetInt64(at + 5),
        Category = (PbxCategory)row.GetInt32(at + 6),
        Name = row.GetString(at + 7),
        CallState = (PbxCallState?)row.Int(at + 8),
        Outcome = (PbxOutcome?)row.Int(at + 9),
        Flags = (EventFlags)row.GetInt32(at + 10),
        CallId = row.Text(at + 11),
        LegId = row.Text(at + 12),
        From = row.Text(at + 13),
        To = row.Text(at + 14),
        Extension = row.Text(at + 15),
        ExtensionName = row.Text(at + 16),
        Queue = row.Text(at + 17),
        QueueName = row.Text(at + 18),
        Tenant = row.Text(at + 19),
        Topic = row.Text(at + 20),
        FirstSeq = row.Long(at + 21),
        Raw = row.Bytes(at + 22),
        Call = row.Bytes(at + 23),
        Gap = row.Bytes(at + 24),
        Error = row.Bytes(at + 25),
    };
}
