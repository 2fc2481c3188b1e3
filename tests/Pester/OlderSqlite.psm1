# A module like many others that bring a SQLite along, loaded where PowerShell loads assemblies. Modules.csproj lays the rest beside it.

Add-Type -Path "$PSScriptRoot/SQLitePCLRaw.core.dll"
Add-Type -Path "$PSScriptRoot/SQLitePCLRaw.provider.e_sqlite3.dll"
[SQLitePCL.raw]::SetProvider([SQLitePCL.SQLite3Provider_e_sqlite3]::new())

# As SQLite numbers its versions: 3049001 for 3.49.1.
function Get-OlderSqliteVersion {
    [SQLitePCL.raw]::sqlite3_libversion_number()
}
