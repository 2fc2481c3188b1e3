BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Connects to a platform's simulator in every way that it knows, with right and with wrong secrets, in a process of its
    # own with every stream and a transcript on. What the process wrote is returned, and the secrets that it used.
    function Invoke-Marked {
        param([string] $Provider)

        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive $Provider)).FullName
        $script = @'
param($modulePath, $provider, $folder)

Import-Module $modulePath
$plain = { param($secret) if ($secret) { [System.Net.NetworkCredential]::new('', $secret).Password } }
$mark = { param($text) [System.Net.NetworkCredential]::new('', "MARK-$text-7f3a").SecurePassword }
$simulator = Start-PbxSimulator $provider
$known = @($simulator.Credential, $simulator.ClientCredential).ForEach{ $_ ? $_.GetNetworkCredential().Password : $null }
$known += (& $plain $simulator.AccessToken), (& $plain $simulator.Jwt)
[System.IO.File]::WriteAllLines("$folder/known.txt", [string[]]($known.Where{ $_ }))
$DebugPreference = $VerbosePreference = $InformationPreference = 'Continue'
$null = Start-Transcript "$folder/transcript.txt"

$server = @{ Provider = $provider; Server = $simulator.Server; Timeout = 20; Verbose = $true; Debug = $true }
$user = @{}
if ($simulator.Credential) { $user.Credential = $simulator.Credential }
if ($simulator.ClientCredential) { $user.ClientCredential = $simulator.ClientCredential }
if ($simulator.Jwt) { $user.Jwt = $simulator.Jwt }
$domain = $simulator.Domain ? @{ Domain = $simulator.Domain } : @{}

$ways = [System.Collections.Generic.List[hashtable]]::new()
$ways.Add($user)
if ($simulator.AccessToken) {
    $ways.Add(@{ AccessToken = $simulator.AccessToken } + $domain)
    $ways.Add(@{ TokenProvider = [scriptblock]::Create("[System.Net.NetworkCredential]::new('', '$(& $plain $simulator.AccessToken)').SecurePassword") } + $domain)
}
$ways.Add(@{ AccessToken = & $mark 'token' } + $domain)
$ways.Add(@{ TokenProvider = { [System.Net.NetworkCredential]::new('', 'MARK-provided-7f3a').SecurePassword } } + $domain)
$ways.Add(@{ TokenProvider = { throw 'The vault is locked.' } } + $domain)
foreach ($name in @($user.Keys)) {
    $wrong = $user.Clone()
    $wrong[$name] = $name -eq 'Jwt' ? (& $mark 'jwt') : [pscredential]::new($user[$name].UserName, (& $mark $name))
    $ways.Add($wrong)
}

$number = 0
foreach ($way in $ways) {
    $number++
    try {
        $connection = Connect-PbxEvents @server @way -Name "way$number" -TracePath "$folder/trace$number.txt" -ErrorAction Stop
        "CONNECTED $($way.Keys)"
        try {
            $subscription = Register-PbxSubscription Call -Extension 1001 -Verbose -Debug -ErrorAction Stop
            $subscription | Format-List * -Force
            Invoke-PbxSimulation Missed -Simulator $simulator -Verbose -Debug | Format-List * -Force
            Get-PbxEvent -Last 5 -Verbose -Debug | Format-List * -Force
        }
        catch {
            $_ | Format-List * -Force
        }
        $connection, "$connection" | Format-List * -Force
        $connection | ConvertTo-Json -Depth 2 -WarningAction Ignore
        Disconnect-PbxEvents -Connection $connection -Verbose -Debug -Confirm:$false
    }
    catch {
        "REFUSED $($way.Keys)"
        $_ | Format-List * -Force
        $_.Exception | Format-List * -Force
        "$($_.Exception)"
        $_.ErrorDetails, $_.TargetObject, $_.CategoryInfo | Out-String
    }
}
Get-Error -Newest 20
Get-PbxConnection | Format-List * -Force
$null = Stop-Transcript
Stop-PbxSimulator -Simulator * -Confirm:$false
'END'
'@
        $path = Join-Path $folder 'marked.ps1'
        Set-Content $path $script
        $pwsh = [System.Environment]::ProcessPath
        $output = & $pwsh -NoProfile -NonInteractive -File $path $ModulePath $Provider $folder 2>&1 | Out-String
        $files = Get-ChildItem $folder -Exclude marked.ps1, known.txt
        [pscustomobject]@{
            Output  = $output
            Texts   = @{ output = $output } + ($files | ForEach-Object { $all = @{} } { $all[$_.Name] = [System.IO.File]::ReadAllText($_.FullName) } { $all })
            Secrets = @(Get-Content (Join-Path $folder 'known.txt')) + 'MARK-'
        }
    }
}

Describe 'Secrets' {
    It 'are in no stream, error, object, transcript or trace of <_>' -ForEach TelecomX, OneCloud, RingCentral, PortSIP {
        $run = Invoke-Marked $_
        $run.Output | Should -BeLike '*CONNECTED*'
        $run.Output | Should -BeLike '*REFUSED*'
        $run.Output.TrimEnd() | Should -BeLike '*END'
        $run.Texts.Keys | Should -Contain 'transcript.txt'
        $run.Texts.Keys | Should -Contain 'trace1.txt'
        $run.Secrets.Count | Should -BeGreaterThan 1
        foreach ($name in $run.Texts.Keys) {
            foreach ($secret in $run.Secrets) {
                $at = $run.Texts[$name].IndexOf($secret, [StringComparison]::OrdinalIgnoreCase)
                $around = $at -lt 0 ? '' : $run.Texts[$name].Substring([Math]::Max(0, $at - 300), [Math]::Min(330, $run.Texts[$name].Length - [Math]::Max(0, $at - 300)))
                $around | Should -BeNullOrEmpty -Because "$name holds a secret"
            }
        }
    }
}
