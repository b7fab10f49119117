NAME        
OBJSENSE
  MAX
ROWS
 N  Obj     
 E  r0      
 E  r1      
 E  r2      
 E  r3      
 E  r4      
 E  r5      
 L  r6      
 L  r7      
 E  r8      
 L  r9      
 L  r10     
 L  r11     
 L  r12     
 E  r13     
 L  r14     
 L  r15     
 L  r16     
 L  r17     
 L  r18     
 L  r19     
 L  r20     
 L  r21     
 E  r22     
 L  r23     
 L  r24     
 E  r25     
 L  r26     
 L  r27     
 L  r28     
 L  r29     
 L  r30     
 L  r31     
 L  r32     
 L  r33     
 E  r34     
 E  r35     
 E  r36     
 E  r37     
 L  r38     
 E  r39     
 L  r40     
 E  r41     
 L  r42     
 E  r43     
 L  r44     
 E  r45     
 L  r46     
 E  r47     
 L  r48     
 E  r49     
 L  r50     
 E  r51     
 L  r52     
 E  r53     
 L  r54     
 E  r55     
 L  r56     
 E  r57     
 L  r58     
 E  r59     
 L  r60     
 E  r61     
 L  r62     
 E  r63     
 L  r64     
 E  r65     
 L  r66     
 E  r67     
 L  r68     
 E  r69     
 L  r70     
 E  r71     
 L  r72     
 E  r73     
 L  r74     
 E  r75     
 L  r76     
COLUMNS
    MARK0000  'MARKER'                 'INTORG'
    c0        Obj       5000
    c0        r0        1
    c0        r6        1
    c0        r37       -1
    c0        r38       -5
    c1        Obj       5000
    c1        r1        1
    c1        r7        1
    c1        r39       -1
    c1        r40       -5
    c2        r2        1
    c2        r8        1
    c3        r3        1
    c3        r9        1
    c3        r41       -1
    c3        r42       -5
    c4        r4        1
    c4        r10       1
    c4        r43       -1
    c4        r44       -5
    c5        r5        1
    c5        r11       1
    c5        r45       -1
    c5        r46       -5
    c6        r0        1
    c6        r12       1
    c6        r47       -1
    c6        r48       -5
    c7        Obj       5000
    c7        r1        1
    c7        r13       1
    c8        r2        1
    c8        r14       1
    c8        r49       -1
    c8        r50       -5
    c9        r3        1
    c9        r15       1
    c9        r51       -1
    c9        r52       -5
    c10       Obj       10000
    c10       r4        1
    c10       r16       1
    c10       r53       -1
    c10       r54       -5
    c11       r5        1
    c11       r17       1
    c11       r55       -1
    c11       r56       -5
    c12       Obj       5000
    c12       r0        1
    c12       r18       1
    c12       r57       -1
    c12       r58       -5
    c13       Obj       5000
    c13       r1        1
    c13       r19       1
    c13       r59       -1
    c13       r60       -5
    c14       r2        1
    c14       r20       1
    c14       r61       -1
    c14       r62       -5
    c15       r3        1
    c15       r21       1
    c15       r63       -1
    c15       r64       -5
    c16       r4        1
    c16       r22       1
    c17       r5        1
    c17       r23       1
    c17       r65       -1
    c17       r66       -5
    c18       r0        1
    c18       r24       1
    c18       r67       -1
    c18       r68       -5
    c19       r1        1
    c19       r25       1
    c20       Obj       2500
    c20       r2        1
    c20       r26       1
    c20       r69       -1
    c20       r70       -5
    c21       r3        1
    c21       r27       1
    c21       r71       -1
    c21       r72       -5
    c22       r4        1
    c22       r28       1
    c22       r73       -1
    c22       r74       -5
    c23       r5        1
    c23       r29       1
    c23       r75       -1
    c23       r76       -5
    c24       r6        -1
    c24       r7        -1
    c24       r8        -1
    c24       r9        -1
    c24       r10       -1
    c24       r11       -1
    c24       r30       1
    c24       r34       1
    c25       r6        -1
    c25       r7        -1
    c25       r8        -1
    c25       r9        -1
    c25       r10       -1
    c25       r11       -1
    c25       r30       1
    c25       r35       1
    c26       r6        -1
    c26       r7        -1
    c26       r8        -1
    c26       r9        -1
    c26       r10       -1
    c26       r11       -1
    c26       r30       1
    c26       r36       1
    c27       r12       -1
    c27       r13       -1
    c27       r14       -1
    c27       r15       -1
    c27       r16       -1
    c27       r17       -1
    c27       r31       1
    c27       r34       1
    c28       r12       -1
    c28       r13       -1
    c28       r14       -1
    c28       r15       -1
    c28       r16       -1
    c28       r17       -1
    c28       r31       1
    c28       r35       1
    c29       r12       -1
    c29       r13       -1
    c29       r14       -1
    c29       r15       -1
    c29       r16       -1
    c29       r17       -1
    c29       r31       1
    c29       r36       1
    c30       r18       -1
    c30       r19       -1
    c30       r20       -1
    c30       r21       -1
    c30       r22       -1
    c30       r23       -1
    c30       r32       1
    c30       r34       1
    c31       r18       -1
    c31       r19       -1
    c31       r20       -1
    c31       r21       -1
    c31       r22       -1
    c31       r23       -1
    c31       r32       1
    c31       r35       1
    c32       r18       -1
    c32       r19       -1
    c32       r20       -1
    c32       r21       -1
    c32       r22       -1
    c32       r23       -1
    c32       r32       1
    c32       r36       1
    c33       r24       -1
    c33       r25       -1
    c33       r26       -1
    c33       r27       -1
    c33       r28       -1
    c33       r29       -1
    c33       r33       1
    c33       r34       1
    c34       r24       -1
    c34       r25       -1
    c34       r26       -1
    c34       r27       -1
    c34       r28       -1
    c34       r29       -1
    c34       r33       1
    c34       r35       1
    c35       r24       -1
    c35       r25       -1
    c35       r26       -1
    c35       r27       -1
    c35       r28       -1
    c35       r29       -1
    c35       r33       1
    c35       r36       1
    MARK0001  'MARKER'                 'INTEND'
    c36       r37       -1
    c36       r39       1
    c36       r40       1
    c37       r39       -1
    c37       r43       1
    c37       r44       1
    c38       r41       1
    c38       r42       1
    c39       r43       -1
    c39       r45       1
    c39       r46       1
    c40       r37       1
    c40       r38       1
    c40       r39       -1
    c41       r37       1
    c41       r38       1
    c42       r39       1
    c42       r40       1
    c42       r43       -1
    c43       r43       1
    c43       r44       1
    c43       r45       -1
    c44       r47       -1
    c44       r49       1
    c44       r50       1
    c45       r53       1
    c45       r54       1
    c46       r49       -1
    c46       r51       1
    c46       r52       1
    c47       r53       -1
    c47       r55       1
    c47       r56       1
    c48       r47       1
    c48       r48       1
    c49       r47       1
    c49       r48       1
    c49       r49       -1
    c50       r49       1
    c50       r50       1
    c50       r51       -1
    c51       r53       1
    c51       r54       1
    c51       r55       -1
    c52       r57       -1
    c52       r59       1
    c52       r60       1
    c53       r57       -1
    c53       r61       1
    c53       r62       1
    c54       r61       -1
    c54       r63       1
    c54       r64       1
    c55       r65       1
    c55       r66       1
    c56       r57       1
    c56       r58       1
    c56       r59       -1
    c57       r57       1
    c57       r58       1
    c57       r61       -1
    c58       r59       1
    c58       r60       1
    c59       r61       1
    c59       r62       1
    c59       r63       -1
    c60       r67       -1
    c60       r69       1
    c60       r70       1
    c61       r73       1
    c61       r74       1
    c62       r69       -1
    c62       r71       1
    c62       r72       1
    c63       r73       -1
    c63       r75       1
    c63       r76       1
    c64       r67       1
    c64       r68       1
    c65       r67       1
    c65       r68       1
    c65       r69       -1
    c66       r69       1
    c66       r70       1
    c66       r71       -1
    c67       r73       1
    c67       r74       1
    c67       r75       -1
RHS
    RHS_V     r0        1
    RHS_V     r1        1
    RHS_V     r2        1
    RHS_V     r3        1
    RHS_V     r4        1
    RHS_V     r5        1
    RHS_V     r30       1
    RHS_V     r31       1
    RHS_V     r32       1
    RHS_V     r33       1
    RHS_V     r34       1
    RHS_V     r35       1
    RHS_V     r36       1
BOUNDS
 BV BOUND     c0      
 BV BOUND     c1      
 BV BOUND     c2      
 BV BOUND     c3      
 BV BOUND     c4      
 BV BOUND     c5      
 BV BOUND     c6      
 BV BOUND     c7      
 BV BOUND     c8      
 BV BOUND     c9      
 BV BOUND     c10     
 BV BOUND     c11     
 BV BOUND     c12     
 BV BOUND     c13     
 BV BOUND     c14     
 BV BOUND     c15     
 BV BOUND     c16     
 BV BOUND     c17     
 BV BOUND     c18     
 BV BOUND     c19     
 BV BOUND     c20     
 BV BOUND     c21     
 BV BOUND     c22     
 BV BOUND     c23     
 BV BOUND     c24     
 BV BOUND     c25     
 BV BOUND     c26     
 BV BOUND     c27     
 BV BOUND     c28     
 BV BOUND     c29     
 BV BOUND     c30     
 BV BOUND     c31     
 BV BOUND     c32     
 BV BOUND     c33     
 BV BOUND     c34     
 BV BOUND     c35     
 UP BOUND     c36       5
 UP BOUND     c37       5
 UP BOUND     c38       5
 UP BOUND     c39       5
 UP BOUND     c40       5
 UP BOUND     c41       5
 UP BOUND     c42       5
 UP BOUND     c43       5
 UP BOUND     c44       5
 UP BOUND     c45       5
 UP BOUND     c46       5
 UP BOUND     c47       5
 UP BOUND     c48       5
 UP BOUND     c49       5
 UP BOUND     c50       5
 UP BOUND     c51       5
 UP BOUND     c52       5
 UP BOUND     c53       5
 UP BOUND     c54       5
 UP BOUND     c55       5
 UP BOUND     c56       5
 UP BOUND     c57       5
 UP BOUND     c58       5
 UP BOUND     c59       5
 UP BOUND     c60       5
 UP BOUND     c61       5
 UP BOUND     c62       5
 UP BOUND     c63       5
 UP BOUND     c64       5
 UP BOUND     c65       5
 UP BOUND     c66       5
 UP BOUND     c67       5
ENDATA
