namespace PbxEvents.Module.Desk;

/// <summary>Knows who has which number. Any thread.</summary>
internal interface IContactSource
{
    /// <summary>Those that it can list.</summary>
    IReadOnlyList<PbxContact> All { get; }

    /// <summary>Who has a number in any notation; null for nobody.</summary>
    PbxContact? Find(string number);

    /// <summary>The same of what need not be asked for: no script runs. Null also for who is not known yet.</summary>
    PbxContact? FindKnown(string number);
}
