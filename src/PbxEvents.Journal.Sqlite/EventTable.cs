namespace PbxEvents.Journal.Sqlite;

/// <summary>The columns of an event, in one order for writing and reading.</summary>
internal static class EventTable
{
    /// <summary>All columns.</summary>
    public const string Columns = "seq, run, run_seq, event_id, received, time, category, name, call_state, outcome, flags, "
        + "call_id, leg_id, caller, callee, extension, extension_name, queue, queue_name, tenant, topic, first_seq, raw, call, gap, error";

    /// <summary>How many events share a row of the table block.</summary>
    public const int BlockSize = 1024;

    /// <summary>Adds an event.</summary>
    public const string Insert = "insert into event(" + Columns + ") values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

    public static void Bind(Statement statement, EventRecord e) => statement
        .Bind(1, e.Seq).Bind(2, e.Run).Bind(3, e.RunSeq).Bind(4, e.EventId).Bind(5, e.Received).Bind(6, e.Time)
        .Bind(7, (long)e.Category).Bind(8, e.Name).Bind(9, (long?)e.CallState).Bind(10, (long?)e.Outcome).Bind(11, (long)e.Flags)
        .Bind(12, e.CallId).Bind(13, e.LegId).Bind(14, e.From).Bind(15, e.To).Bind(16, e.Extension).Bind(17, e.ExtensionName).Bind(18, e.Queue)
        .Bind(19, e.QueueName).Bind(20, e.Tenant).Bind(21, e.Topic).Bind(22, e.FirstSeq).Bind(23, (ReadOnlyMemory<byte>?)e.Raw)
        .Bind(24, ToMemory(e.Call)).Bind(25, ToMemory(e.Gap)).Bind(26, ToMemory(e.Error));

    public static EventRecord Read(Statement row) => new()
    {
        Seq = row.Number(0)!.Value,
        Run = row.Number(1) ?? 0,
        RunSeq = row.Number(2) ?? 0,
        EventId = row.Text(3) ?? "",
        Received = row.Number(4) ?? 0,
        Time = row.Number(5) ?? 0,
        Category = (PbxCategory)(row.Number(6) ?? 0),
        Name = row.Text(7) ?? "",
        CallState = (PbxCallState?)row.Number(8),
        Outcome = (PbxOutcome?)row.Number(9),
        Flags = (EventFlags)(row.Number(10) ?? 0),
        CallId = row.Text(11),
        LegId = row.Text(12),
        From = row.Text(13),
        To = row.Text(14),
        Extension = row.Text(15),
        ExtensionName = row.Text(16),
        Queue = row.Text(17),
        QueueName = row.Text(18),
        Tenant = row.Text(19),
        Topic = row.Text(20),
        FirstSeq = row.Number(21),
        Raw = row.Blob(22),
        Call = row.Blob(23),
        Gap = row.Blob(24),
        Error = row.Blob(25),
    };

    private static ReadOnlyMemory<byte>? ToMemory(byte[]? bytes) => bytes is null ? null : (ReadOnlyMemory<byte>?)bytes;
}
