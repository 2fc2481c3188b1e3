namespace PbxEvents.Simulator.TelecomX;

/// <summary>Whose a token is.</summary>
/// <param name="Employee">The employee's id.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="AccessLevel">What the employee may do.</param>
internal sealed record TelecomXIdentity(string Employee, string Customer, string AccessLevel)
{
    private static readonly string[] Levels =
        ["NO_LOGIN", "PERSONAL", "VIEWER", "MANAGER", "OWNER", "RESELLER", "RESELLER_ADMIN", "ADMIN"];

    /// <summary>True when the employee's level reaches another one.</summary>
    /// <param name="level">The level that is needed.</param>
    /// <returns>True when it is enough.</returns>
    public bool Reaches(string level) => Array.IndexOf(Levels, AccessLevel) >= Array.IndexOf(Levels, level);

    /// <summary>True when a name is one of the platform's levels.</summary>
    /// <param name="level">The name.</param>
    /// <returns>True for a level.</returns>
    public static bool IsLevel(string level) => Levels.Contains(level);
}
