BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'ConvertTo-PbxNumber' {
    AfterAll {
        Close-Bench
    }

    It 'gives the number as dialled and in one form, for people too' {
        $number = ConvertTo-PbxNumber 20123456 -Country dk
        $number.Number | Should -BeExactly '20123456'
        $number.E164 | Should -BeExactly '+4520123456'
        $number.International | Should -BeExactly '+45 20 12 34 56'
        $number.Country | Should -BeExactly 'DK'
        "$number" | Should -BeExactly '+4520123456'
    }

    It 'keeps leading zeros, without quotes too' {
        (ConvertTo-PbxNumber 004520123456 -Country DK).E164 | Should -BeExactly '+4520123456'
        (ConvertTo-PbxNumber +4520123456).E164 | Should -BeExactly '+4520123456'
    }

    It 'leaves what is no such number as it is, and says so' {
        $said = '1001', 'anonymous', '' | ConvertTo-PbxNumber -Country DK -Verbose 4>&1
        $numbers = $said.Where{ $_ -is [PbxEvents.PbxNumber] }
        $numbers.Number | Should -BeExactly '1001', 'anonymous', ''
        $numbers.IsNormalized | Should -Be $false, $false, $false
        "$($said.Where{ $_ -isnot [PbxEvents.PbxNumber] })" | Should -BeLike "*'1001' is not a number that can be dialled from abroad*"
        "$(ConvertTo-PbxNumber 20123456 -Verbose 4>&1)" | Should -BeLike '*-Country*'
    }

    It 'takes the outside party of calls' {
        $bench = Connect-Bench
        $in = Invoke-PbxSimulation Missed -From '+45 20 12 34 56' -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $in.CallId -State Ended -Timeout $Patience
        (Get-PbxCall -Call $in.CallId | ConvertTo-PbxNumber).E164 | Should -Be '+4520123456'
        $out = Invoke-PbxSimulation Outbound -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $out.CallId -State Ended -Timeout $Patience
        $call = Get-PbxCall -Call $out.CallId
        ($call | ConvertTo-PbxNumber -Country DK).Number | Should -Be $call.To
        $hidden = Invoke-PbxSimulation HiddenCaller -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $hidden.CallId -State Ended -Timeout $Patience
        (Get-PbxCall -Call $hidden.CallId | ConvertTo-PbxNumber -Country DK).Number | Should -BeExactly ''
    }

    It 'refuses a country that is none, and completes the others' {
        { ConvertTo-PbxNumber 20123456 -Country XX } | Should -Throw -ErrorId 'UnknownCountry*'
        (TabExpansion2 ($line = 'ConvertTo-PbxNumber 1 -Country D') $line.Length).CompletionMatches.CompletionText | Should -Contain 'DK'
    }
}
